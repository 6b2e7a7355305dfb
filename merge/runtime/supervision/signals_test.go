package supervision

import (
	"io"
	"syscall"
	"testing"
	"time"
)

// TestSharedSignals runs services that are told by the system itself.
func TestSharedSignals(t *testing.T) {
	block := make(chan struct{})
	defer close(block)
	kill := func() { syscall.Kill(syscall.Getpid(), syscall.SIGTERM) }
	tests := []struct {
		name string
		main func()
		code int
	}{
		{"gives up after the grace period", func() {}, 1},
		{"ends on a signal", func() { kill(); <-block }, 128 + int(syscall.SIGTERM)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			links, logger := newLinks(io.Discard)
			begun := make(chan struct{})
			s := newSupervisor(Binary{Services: []Service{
				{Name: "item", Main: func() { <-begun; tt.main() }},
				{Name: "stock", Main: func() { close(begun); <-block }},
			}}, links, logger)
			s.grace = time.Millisecond
			if code := s.run(sharedTerminations()); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
		})
	}
}

// TestLateSignal ends the test process if the signal with which the first
// service to return stops the others has its default effect once the last one
// returned.
func TestLateSignal(t *testing.T) {
	links, logger := newLinks(io.Discard)
	begun, stop := make(chan struct{}), make(chan struct{})
	s := newSupervisor(Binary{Services: []Service{
		{Name: "item", Main: func() { <-begun }},
		{Name: "stock", Main: func() { close(begun); <-stop }},
	}}, links, logger)
	s.stopAtOnce = func() { close(stop) }
	if code := s.run(sharedTerminations()); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
	time.Sleep(10 * time.Millisecond) // for the signal to arrive
}
