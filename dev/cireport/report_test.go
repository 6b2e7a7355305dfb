package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	configured = `{"id":{"targetConfigured":{"label":"//a:LABEL"}},"configured":{"targetKind":"go_test rule","testSize":"SMALL"}}
`
	summary = `{"id":{"testSummary":{"label":"//a:LABEL","configuration":{"id":"1"}}},"testSummary":{"overallStatus":"STATUS","totalRunCount":1}}
`
	result = `{"id":{"testResult":{"label":"//a:LABEL","run":1,"shard":1,"attempt":1}},"testResult":{"status":"PASSED","testActionOutput":[{"name":"test.log","uri":"file:///gone"},{"name":"test.xml","uri":"file://XML"}]}}
`
	leftOut = `{"id":{"targetCompleted":{"label":"//a:LABEL","configuration":{"id":"1"}}},"aborted":{"reason":"SKIPPED","description":"Target //a:LABEL build was skipped."}}
`
	library = `{"id":{"targetConfigured":{"label":"//a:lib"}},"configured":{"targetKind":"go_library rule"}}
`
)

func TestReport(t *testing.T) {
	xml := filepath.Join(t.TempDir(), "test.xml")
	err := os.WriteFile(xml, []byte(`<testsuites>
	<testsuite errors="0" failures="0" skipped="1" tests="2" time="0.002" name="a_test">
		<testcase classname="a_test" name="TestRuns" time="0.000"></testcase>
		<testcase classname="a_test" name="TestNeedsMuch" time="0.000">
			<skipped message="Skipped" type="">a_test.go:7: needs much</skipped>
		</testcase>
	</testsuite>
</testsuites>`), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	xmlOf := strings.NewReplacer("XML", xml)
	passed := strings.ReplaceAll(summary, "STATUS", "PASSED")
	for name, tc := range map[string]struct{ label, events, want string }{
		"passed":              {"a_test", configured + library + passed, "1 passed, 0 failed"},
		"flaky":               {"a_test", configured + strings.ReplaceAll(summary, "STATUS", "FLAKY"), "1 passed, 0 failed"},
		"failed":              {"a_test", strings.ReplaceAll(summary, "STATUS", "FAILED") + configured, "FAILED: //a:a_test\n0 passed, 1 failed"},
		"never ran":           {"a_test", configured, "FAILED: //a:a_test\n0 passed, 1 failed"},
		"other platform":      {"a_test", configured + leftOut, "0 passed, 0 failed"},
		"skipped, listed":     {"listed_test", configured + xmlOf.Replace(result) + passed, "1 passed, 0 failed"},
		"skipped, not listed": {"a_test", configured + xmlOf.Replace(result) + passed, "FAILED: //a:a_test: TestNeedsMuch was skipped, for no reason that dev/cireport/skips.go lists\n0 passed, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			events := filepath.Join(t.TempDir(), "events.json")
			if err := os.WriteFile(events, []byte(strings.ReplaceAll(tc.events, "LABEL", tc.label)), 0o644); err != nil {
				t.Fatal(err)
			}
			r := report{allowed: []skip{{"//a:listed_test", "TestNeeds.*", "because"}}}
			if err := r.read(events); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			r.print(&out)
			if got := strings.TrimSpace(out.String()); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}
