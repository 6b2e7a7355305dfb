package runtime

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"
)

func TestCPUProfile(t *testing.T) {
	handler := (&admin{"shop", newTable()}).handler()
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
