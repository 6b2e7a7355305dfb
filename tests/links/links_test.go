package links

import (
	"cmp"
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// TestCases reads the texts of cases.bzl as rules, tests and mergectl do.
func TestCases(t *testing.T) {
	cases, err := bzl.Read("cases.bzl")
	if err != nil {
		t.Fatal(err)
	}
	links := cases.Inner("LINKS")
	for text := range links {
		p, err := linkpattern.Parse(text)
		names := []string{p.Caller, p.Callee, p.RPCService, p.Method}
		for i, name := range names {
			names[i] = cmp.Or(name, "*")
		}
		if want := links.Texts(text); err != nil || !slices.Equal(names, want) {
			t.Errorf("%q: %q, %v, want %q", text, names, err, want)
		}
		if again, err := linkpattern.Parse(p.String()); err != nil || again != p {
			t.Errorf("%q is %q, which reads back as %q, %v", text, p, again, err)
		}
	}
	mistakes := cases.Inner("MISTAKES")
	for text := range mistakes {
		if p, err := linkpattern.Parse(text); err == nil || err.Error() != mistakes.Text(text) {
			t.Errorf("%q: %q, %v, want %s", text, p, err, mistakes.Text(text))
		}
	}
	if len(links) == 0 || len(mistakes) == 0 {
		t.Error("no cases")
	}
}
