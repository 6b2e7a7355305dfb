package usage

import (
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// TestCPUMakesWay asks for profiles while the process takes its own.
func TestCPUMakesWay(t *testing.T) {
	var services Services
	if _, err := services.CPU(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	process.TakeProfiler()
	if _, err := services.CPU(time.Millisecond); err != ErrProfiled {
		t.Errorf("error %v while somebody else has the profiler", err)
	}
	process.ReturnProfiler()
	if _, err := services.CPU(time.Millisecond); err != nil {
		t.Errorf("%v after the profiler was returned", err)
	}
}
