package admin

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/metrics"
)

// metricsAt returns an environment that names an address for metrics.
func metricsAt(addr string) func(string) string {
	return func(name string) string {
		if name == "GO_MERGE_METRICS_ADDR" {
			return addr
		}
		return ""
	}
}

func TestMetricsOverTCP(t *testing.T) {
	a := newAdmin()
	var logged bytes.Buffer
	a.Logger = log.New(&logged, "", 0)
	stop, err := a.Start(metricsAt("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(strings.TrimPrefix(logged.String(), "metrics are at "))
	get := func(url string) (*http.Response, string) {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	resp, body := get(url)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != metrics.ContentType {
		t.Errorf("status %s, type %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	if !strings.Contains(body, "\ngo_merge_inline_ratio{caller=\"item\",callee=\"stock\",rpc_service=\"StockService\",method=\"Get\"} 1\n") {
		t.Errorf("got %s", body)
	}
	for _, path := range []string{"/links", "/rules", "/profile", "/"} {
		if resp, _ := get(strings.TrimSuffix(url, "/metrics") + path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s over TCP: status %s", path, resp.Status)
		}
	}
	stop()
	if _, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/metrics")); err == nil {
		t.Error("there is somebody after the end")
	}
}

// TestMetricsAddressOfAnother has an address that cannot be used. The process goes on.
func TestMetricsAddressOfAnother(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, addr := range []string{taken.Addr().String(), "nowhere", "127.0.0.1:http-or-so"} {
		a := newAdmin()
		var logged bytes.Buffer
		a.Logger = log.New(&logged, "", 0)
		stop, err := a.Start(metricsAt(addr))
		if err != nil {
			t.Fatalf("%s: %v", addr, err)
		}
		stop()
		got := logged.String()
		if strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "GO_MERGE_METRICS_ADDR="+addr+": ") || !strings.HasSuffix(got, "; there are no metrics over TCP\n") {
			t.Errorf("%s: logged %s", addr, got)
		}
	}
}

// TestAnswersThatNobodyReads has as many clients as there are places wait with an answer
// that does not end, and then one that reads.
func TestAnswersThatNobodyReads(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /endless", func(w http.ResponseWriter, _ *http.Request) {
		for err := error(nil); err == nil; {
			_, err = w.Write(make([]byte, 1<<16))
		}
	})
	mux.HandleFunc("GET /metrics", func(http.ResponseWriter, *http.Request) {})
	defer serve(limit(l), mux, time.Second)()
	for range maxConnections {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET /endless HTTP/1.1\r\nHost: shop\r\n\r\n")
	}
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Get("http://" + l.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}
