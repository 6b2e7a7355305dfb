package compare

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	var (
		mu  sync.Mutex
		ids = make(map[string]bool)
	)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		ids[r.Header.Get("X-Request-Id")] = true
	}))
	defer srv.Close()
	const n = 205
	var steps int
	r, err := load(context.Background(), srv.URL, testExample.Mix, n, 4, func(_, total int) {
		mu.Lock()
		defer mu.Unlock()
		steps++
		if total != n {
			t.Errorf("total = %d", total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != n || r.Latency.TotalCount() != n || r.Requests != n {
		t.Errorf("%d requests, %d latencies, want %d", len(ids), r.Latency.TotalCount(), n)
	}
	if r.percentile(50) < time.Millisecond || r.percentile(99) < r.percentile(50) {
		t.Errorf("median %v, 99th percentile %v", r.percentile(50), r.percentile(99))
	}
	if steps != 3 {
		t.Errorf("%d steps, want 3", steps)
	}
}

func TestLoadFailure(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "out of pencils", http.StatusConflict)
		}
	}))
	defer srv.Close()
	_, err := load(context.Background(), srv.URL, testExample.Mix, 1000, 4, func(int, int) {})
	if err == nil || !strings.Contains(err.Error(), "status 409: out of pencils") {
		t.Errorf("error = %v", err)
	}
}
