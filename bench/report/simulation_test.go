package report_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/bench/report"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := report.Thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
