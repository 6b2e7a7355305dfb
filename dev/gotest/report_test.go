package gotest

import (
	"fmt"
	"strings"
	"testing"
)

// events are those of tests that pass, fail within a subtest, panic and print a lot, and of a
// package that does not compile.
const events = `{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"all is well\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"skip","Package":"p","Test":"TestOther"}
{"Action":"output","Package":"p","Test":"TestBad/part","Output":"=== RUN   TestBad/part\n"}
{"Action":"output","Package":"p","Test":"TestBad/part","Output":"    bad_test.go:5: it differs\n"}
{"Action":"fail","Package":"p","Test":"TestBad/part"}
{"Action":"pass","Package":"p","Test":"TestBad/rest"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"Action":"output","Package":"q","Test":"TestPanics","Output":"panic: no way\n"}
LONG{"Action":"fail","Package":"q","Test":"TestPanics"}
{"Action":"fail","Package":"q"}
{"ImportPath":"r [r.test]","Action":"build-output","Output":"r.go:3: cannot use \"text\"\n"}
{"ImportPath":"r [r.test]","Action":"build-fail"}
{"Action":"output","Package":"r","Output":"FAIL\tr [build failed]\n"}
{"Action":"fail","Package":"r","FailedBuild":"r [r.test]"}
`

func TestReport(t *testing.T) {
	var long strings.Builder
	for i := range 100 {
		fmt.Fprintf(&long, "{\"Action\":\"output\",\"Package\":\"q\",\"Test\":\"TestPanics\",\"Output\":\"%d%s\\n\"}\n", i, strings.Repeat("x", 1000))
	}
	r, err := Read(strings.NewReader(strings.Replace(events, "LONG", long.String(), 1)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	r.Write(&b)
	for _, want := range []string{
		"  FAILED: 2 tests passed, 1 skipped, 3 failed\n  p.TestBad/part\n          bad_test.go:5: it differs\n  q.TestPanics\n      panic: no way\n      0xxx",
		"x ... 501 more bytes\n      1xxx",
		"      ... 81 more lines\n  r\n      r.go:3: cannot use \"text\"\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &b)
		}
	}
	for _, line := range []string{"all is well", "=== RUN", "TestBad/rest", "FAIL\t"} {
		if strings.Contains(b.String(), line) {
			t.Errorf("the report has %q:\n%s", line, &b)
		}
	}
	if _, err := Read(strings.NewReader("no test files")); err == nil {
		t.Error("text that is not JSON was read")
	}
}

func TestReportOfMany(t *testing.T) {
	r := Report{Passed: 1}
	for i := range 2 * maxFailures {
		r.Failures = append(r.Failures, Failure{Name: fmt.Sprint("p.Test", i), Output: "it differs"})
	}
	var b strings.Builder
	r.Write(&b)
	if n := strings.Count(b.String(), "it differs"); n != maxFailures {
		t.Errorf("%d outputs", n)
	}
	if last := fmt.Sprint("  p.Test", 2*maxFailures-1, "\n"); !strings.HasSuffix(b.String(), last) {
		t.Errorf("the report does not end with %q:\n%s", last, &b)
	}
}

// cutShort are events of a package whose tests end with the process: one runs, another
// waits for its subtest, and a third has begun in parallel.
const cutShort = `{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"all is well\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"run","Package":"p","Test":"TestSkipped"}
{"Action":"skip","Package":"p","Test":"TestSkipped"}
{"Action":"run","Package":"p","Test":"TestParallel"}
{"Action":"pause","Package":"p","Test":"TestParallel"}
{"Action":"run","Package":"p","Test":"TestOuter"}
{"Action":"output","Package":"p","Test":"TestOuter","Output":"=== RUN   TestOuter\n"}
{"Action":"run","Package":"p","Test":"TestOuter/hangs"}
{"Action":"output","Package":"p","Test":"TestOuter/hangs","Output":"panic: test timed out after 1s\n"}
LONG{"Action":"output","Package":"p","Output":"FAIL\tp\t1.005s\n"}
{"Action":"run","Package":"q","Test":"TestExits"}
{"Action":"output","Package":"q","Test":"TestExits","Output":"about to exit\n"}
{"Action":"fail","Package":"p"}
{"Action":"output","Package":"q","Output":"FAIL\tq\t0.017s\n"}
{"Action":"fail","Package":"q"}
{"Action":"run","Package":"r","Test":"TestOther"}
{"Action":"pass","Package":"r","Test":"TestOther"}
{"Action":"pass","Package":"r"}
`

func TestReportOfUnended(t *testing.T) {
	line := `{"Action":"output","Package":"p","Test":"TestOuter/hangs","Output":"a stack\n"}` + "\n"
	r, err := Read(strings.NewReader(strings.Replace(cutShort, "LONG", strings.Repeat(line, 2*maxStackLines), 1)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Failures {
		names = append(names, f.Name)
		if !f.Unended {
			t.Errorf("%s has ended", f.Name)
		}
	}
	if got, want := strings.Join(names, " "), "p.TestOuter/hangs p.TestParallel q.TestExits"; got != want {
		t.Errorf("failures %s, want %s", got, want)
	}
	var b strings.Builder
	r.Write(&b)
	for _, want := range []string{
		"  FAILED: 2 tests passed, 1 skipped, 3 failed\n  p.TestOuter/hangs\n      panic: test timed out after 1s\n      a stack\n",
		fmt.Sprintf("      ... %d more lines\n", maxStackLines+1),
		"  q.TestExits\n      about to exit\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &b)
		}
	}
}
