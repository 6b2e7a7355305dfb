package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestXML(t *testing.T) {
	checks := []check{{"inline: item->stock", nil}, {"ports", errors.New("tcp 127.0.0.1:80 & more")}}
	const suite = `	<testsuite name="//shop:test" tests="2" failures="1" errors="0" skipped="0">
		<testcase classname="go_merged_test" name="inline: item-&gt;stock"></testcase>
		<testcase classname="go_merged_test" name="ports">
			<failure message="Failed">tcp 127.0.0.1:80 &amp; more</failure>
		</testcase>
	</testsuite>
</testsuites>`
	const header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n<testsuites>\n"
	const own = "	<testsuite name=\"client_test\"></testsuite>\n"
	for _, tt := range []struct{ name, before, want string }{
		{"beside those of the test", header + own + "</testsuites>", header + own + suite},
		{"without any", "", header + suite},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.xml")
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := addToXML(path, "//shop:test", checks); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if string(got) != tt.want || err != nil {
				t.Errorf("%v, the report is\n%s\nwant\n%s", err, got, tt.want)
			}
		})
	}
}
