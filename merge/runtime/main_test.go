package runtime

import (
	"syscall"
	"testing"
	"time"
)

func TestRunStopsTheOthers(t *testing.T) {
	stop := make(chan struct{})
	code := run([]Service{
		{Name: "item", Main: func() {}},
		{Name: "stock", Main: func() { <-stop }},
	}, time.Minute, func() { close(stop) })
	if code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestRunGivesUpAfterGrace(t *testing.T) {
	block := make(chan struct{})
	defer close(block)
	code := run([]Service{
		{Name: "item", Main: func() {}},
		{Name: "stock", Main: func() { <-block }},
	}, time.Millisecond, func() {})
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestRunEndsOnSignal(t *testing.T) {
	block := make(chan struct{})
	defer close(block)
	code := run([]Service{{Name: "stock", Main: func() {
		syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
		<-block
	}}}, time.Millisecond, func() { t.Error("stopOthers called") })
	if want := 128 + int(syscall.SIGTERM); code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
}

// TestLateSignal ends the test process if the signal with which the first service to
// return stops the others has its default effect once the last one returned.
func TestLateSignal(t *testing.T) {
	stop := make(chan struct{})
	run([]Service{
		{Name: "item", Main: func() {}},
		{Name: "stock", Main: func() { <-stop }},
	}, time.Minute, func() { close(stop) })

	syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
	time.Sleep(10 * time.Millisecond) // for the signal to arrive
}
