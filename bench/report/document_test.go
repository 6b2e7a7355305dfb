package report_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/bench/report"
)

const document = `# Title

<!-- begin calls: written by bazel run //bench:calls -- --write -->

old
<!-- end calls -->
after
`

func TestReplace(t *testing.T) {
	const want = `# Title

<!-- begin calls: written by bazel run //bench:calls -- --write -->

new

<!-- end calls -->
after
`
	got := []byte(document)
	for range 2 { // replacing again changes nothing
		var err error
		if got, err = report.Section("calls").Replace(got, "new\n"); err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestReplaceWithoutSection(t *testing.T) {
	for _, tt := range []struct {
		name, document string
	}{
		{"no section", "# Title\n"},
		{"another section", document},
		{"no end", "<!-- begin affinity: written by bazel run //bench:affinity -- --write -->\n"},
	} {
		if _, err := report.Section("affinity").Replace([]byte(tt.document), "new"); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

func TestMarkdown(t *testing.T) {
	got := report.Table{{"", "separate", "merged"}, {"CPU", "2", "1"}}.Markdown()
	want := "|  | separate | merged |\n| --- | ---: | ---: |\n| CPU | 2 | 1 |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
