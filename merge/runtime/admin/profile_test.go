package admin

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

func TestCPUProfile(t *testing.T) {
	handler := newAdmin().handler()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel() // so that the profile is over at once
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil).WithContext(cancelled))
		return w
	}
	if w := get("/profile?seconds=1"); w.Code != 200 || !bytes.HasPrefix(w.Body.Bytes(), []byte("\x1f\x8b")) {
		t.Errorf("status %d and %d bytes that are not a compressed profile", w.Code, w.Body.Len())
	}
	for _, path := range []string{"/profile", "/profile?seconds=0", "/profile?seconds=601", "/profile?seconds=1h"} {
		if w := get(path); w.Code != 400 || !strings.Contains(w.Body.String(), "a number from 1 to 600") {
			t.Errorf("%s: status %d: %s", path, w.Code, w.Body)
		}
	}
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	if w := get("/profile?seconds=1"); w.Code != 409 || !strings.Contains(w.Body.String(), "already in use") {
		t.Errorf("a second profile: status %d: %s", w.Code, w.Body)
	}
}

// TestProfilesBesideTheGovernor asks the admin interface for profiles while
// somebody measures the services, as the governor does, who goes on to.
func TestProfilesBesideTheGovernor(t *testing.T) {
	windows, over, stopped := make(chan bool), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			_, err := usage.Services{}.CPU(time.Millisecond)
			select {
			case windows <- err == nil:
			case <-over:
				return
			}
		}
	}()
	handler := newAdmin().handler()
	profile := func() int {
		w := httptest.NewRecorder()
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // so that the profile is over at once
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/profile?seconds=1", nil).WithContext(ctx))
		return w.Code
	}
	for range 20 {
		done := make(chan int)
		go func() { done <- profile() }()
		for code := 0; code == 0; {
			select {
			case <-windows:
			case code = <-done:
				if code != 200 {
					t.Errorf("status %d", code)
				}
			}
		}
		for !<-windows { // until the profiler is returned
		}
	}
	close(over)
	<-stopped
}
