package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testXML = `<testsuites>
	<testsuite errors="0" failures="0" skipped="2" tests="3" time="0.5" name="example.com/m">
		<testcase classname="m" name="TestRan" time="0.1"></testcase>
		<testcase classname="m" name="TestGo/1.25" time="0.0"><skipped message="Skipped" type="">a_test.go:7: needs Go 1.27&#xA;</skipped></testcase>
		<testcase classname="m" name="TestTerminal" time="0.0">
			<skipped message="Skipped" type="">no terminal</skipped>
		</testcase>
	</testsuite>
</testsuites>
`

// events writes a test.xml, and the events that name it.
func events(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	report := filepath.Join(dir, "with space", "test.xml")
	os.Mkdir(filepath.Dir(report), 0o755)
	file := filepath.Join(dir, "events.json")
	lines := `{"id":{"started":{}},"started":{"uuid":"x"}}
{"id":{"testResult":{"label":"//m:m_test","run":1}},"testResult":{"testActionOutput":[{"name":"test.log","uri":"file:///none"},{"name":"test.xml","uri":"file://` + strings.ReplaceAll(report, " ", "%20") + `"}]}}
`
	for name, content := range map[string]string{report: text, file: lines} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func TestSkips(t *testing.T) {
	for _, tt := range []struct {
		name, expected, xml, out, err string
	}{
		{name: "all expected", expected: "# why\n\n//m:* TestGo/* of another Go\n//m:m_test TestTerminal CI has none\n", xml: testXML},
		{
			name: "one is not", expected: "//m:m_test TestTerminal CI has none\n//n:* * another target\n", xml: testXML,
			out: "//m:m_test TestGo/1.25 was skipped: a_test.go:7: needs Go 1.27\n",
			err: "1 tests were skipped: let them run, or add them to ",
		},
		{name: "no reason", expected: "\n//m:m_test TestGo\n", xml: testXML, err: "expected.txt:2: want target, test and reason"},
		{name: "bad pattern", expected: "//m:[ * why\n", xml: testXML, err: "expected.txt:1: //m:[: syntax error in pattern"},
		{name: "bad XML", xml: "<testsuites>", err: "test.xml: XML syntax error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := filepath.Join(t.TempDir(), "expected.txt")
			if err := os.WriteFile(list, []byte(tt.expected), 0o644); err != nil {
				t.Fatal(err)
			}
			check(t, tt.out, tt.err, "--expected", list, events(t, tt.xml))
		})
	}
	t.Run("no test ran", func(t *testing.T) {
		none := filepath.Join(t.TempDir(), "none")
		if err := os.WriteFile(none, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		check(t, "", "no test has a test.xml", "--expected", none, none)
	})
}

// check runs the command line and compares what it prints and how it fails.
func check(t *testing.T, out, failure string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := command()
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetArgs(args)
	err := cmd.Execute()
	if stdout.String() != out {
		t.Errorf("printed %q, want %q", &stdout, out)
	}
	if failure == "" && err != nil || failure != "" && (err == nil || !strings.Contains(err.Error(), failure)) {
		t.Errorf("error %v, want %q", err, failure)
	}
}
