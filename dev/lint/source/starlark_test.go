package source_test

import (
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint/source"
)

func TestStarlark(t *testing.T) {
	const function = "\"\"\"A file.\"\"\"\n\ndef f(a, b):\n"
	for _, test := range []struct {
		name string
		file string
		text string
		want []string
	}{
		{"comment", "a.bzl", "# Made\n# anew.\na = 1  # for ever\n", []string{
			"a.bzl:2: " + anew,
			`a.bzl:3: "for ever": write "forever"`,
		}},
		{"comment of a BUILD file", "BUILD.bazel", "b(\n    # Made anew.\n    name = \"c\",\n)\n", []string{"BUILD.bazel:2: " + anew}},
		{"comment at the end", "a.bzl", "a = 1\n\n# Made anew.\n", []string{"a.bzl:3: " + anew}},
		{"doc string of a file", "a.bzl", "\"\"\"A file.\n\nMade anew, but not `anew`.\n\n```\nanew\n```\n\"\"\"\n", []string{"a.bzl:3: " + anew}},
		{"doc string of a function", "a.bzl", function + "    \"\"\"Says it.\n\n    Made\n    anew.\n    \"\"\"\n", []string{"a.bzl:7: " + anew}},
		{"argument", "a.bzl", function + "    \"\"\"Says it.\n\n    Args:\n        a: made\n            anew.\n        b: for\n        c: ever\n    \"\"\"\n", []string{"a.bzl:8: " + anew}},
		{"result", "a.bzl", function + "    \"\"\"Says it.\n\n    Returns:\n        made anew.\n    \"\"\"\n", []string{"a.bzl:7: " + anew}},
		{"code of a function", "a.bzl", function + "    \"\"\"Says it:\n\n        anew\n    \"\"\"\n", nil},
		{"doc of an attribute", "a.bzl", "a = attr.label(doc = \"Made anew.\")\n", []string{"a.bzl:1: " + anew}},
		{"doc of several lines", "a.bzl", "a = rule(\n    doc = \"\"\"A rule.\n\nMade anew.\"\"\",\n)\n", []string{"a.bzl:4: " + anew}},
		{"message", "a.bzl", "a = fail(\"{}: made \" +\n    \"anew\".format(b))\n", []string{"a.bzl:2: " + anew}},
		{"sum", "a.bzl", "a = fail((\"{}: b is no \" +\n    \"{}\").format(c, d))\n", []string{
			"a.bzl:1: \"is no `code`\": write \"is not a\", or \"has no\"",
		}},
		{"contents", "a.bzl", "a = \"\"\"\nOne.\nTwo anew.\n\"\"\"\n", nil},
		{"name in a BUILD file", "BUILD.bazel", "b(name = \"made anew\")\n", nil},
		{"data of a test", "a_test.bzl", "a = b(\"made anew\")\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := source.Starlark(test.file, []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestStarlarkSyntax(t *testing.T) {
	if _, err := source.Starlark("a.bzl", []byte("def")); err == nil {
		t.Error("no error for a file that cannot be parsed")
	}
}
