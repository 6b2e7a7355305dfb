package process

import "testing"

func TestTheProfilerHasTurns(t *testing.T) {
	taken := make(chan struct{})
	if !WhileProfilerFree(func() {
		go func() {
			TakeProfiler()
			TakeProfiler() // of another service, which pprof refuses
			close(taken)
		}()
		if profiler.TryRLock() {
			t.Error("the profiler can be taken while the process profiles")
		}
	}) {
		t.Fatal("the profiler is not free at first")
	}
	<-taken
	ReturnProfiler()
	if WhileProfilerFree(func() {}) {
		t.Error("the process profiles while another does")
	}
	ReturnProfiler()
	if !WhileProfilerFree(func() {}) {
		t.Error("the process does not get its turn back")
	}
}
