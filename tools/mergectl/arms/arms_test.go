package arms

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

var get1 = linkpattern.Pattern{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get"}

// report is what a merged binary reports at GET /metrics.
const report = `# TYPE go_merge_calls_total counter
go_merge_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline",ended="ok"} 90
go_merge_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline",ended="internal"} 10
go_merge_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="rpc",ended="timeout"} 7
go_merge_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="none",ended="denied"} 3
go_merge_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="rpc",ended="of-a-newer-version"} 5
# TYPE go_merge_call_duration_seconds histogram
go_merge_call_duration_seconds_bucket{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline",le="2.55e-07"} 1
go_merge_call_duration_seconds_bucket{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline",le="17.179869183"} 5
go_merge_call_duration_seconds_bucket{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline",le="+Inf"} 6
go_merge_call_duration_seconds_sum{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline"} 1.5e-06
go_merge_call_duration_seconds_count{caller="item",callee="stock",rpc_service="StockService",method="Get",drawn="inline"} 6
# TYPE go_merge_attempts_total counter
go_merge_attempts_total{caller="item",callee="stock",rpc_service="StockService",method="Get",way="inline"} 101
go_merge_attempts_total{caller="item",callee="stock",rpc_service="StockService",method="Get",way="rpc"} 8
# TYPE go_merge_fallbacks_total counter
go_merge_fallbacks_total{caller="item",callee="stock",rpc_service="StockService",method="Get",reason="absent"} 2
# TYPE go_merge_inline_panics_total counter
go_merge_inline_panics_total{caller="item",callee="stock",rpc_service="StockService",method="Get"} 4
# TYPE go_merge_inline_errors_total counter
go_merge_inline_errors_total{caller="item",callee="stock",rpc_service="StockService",method="Get"} 9
# TYPE go_merge_verified_calls_total counter
go_merge_verified_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",outcome="different"} 1
go_merge_verified_calls_total{caller="item",callee="stock",rpc_service="StockService",method="Get",outcome="same"} 11
# TYPE go_merge_inline_ratio gauge
go_merge_inline_ratio{caller="item",callee="stock",rpc_service="StockService",method="Get"} 0.5
# TYPE go_merge_callee_serving gauge
go_merge_callee_serving{caller="item",callee="stock",rpc_service="StockService",method="Get"} 1
# TYPE go_merge_kill_switch gauge
go_merge_kill_switch 0
# TYPE go_merge_rules_file_generation gauge
go_merge_rules_file_generation 42
# TYPE go_merge_rules_file_usable gauge
go_merge_rules_file_usable 1
# TYPE go_merge_rules_file_applies gauge
go_merge_rules_file_applies 1
# TYPE go_merge_rules_file_expiry_timestamp_seconds gauge
go_merge_rules_file_expiry_timestamp_seconds 1900000000
# TYPE go_merge_binary_info gauge
go_merge_binary_info{binary="shop"} 1
# TYPE go_merge_process_info gauge
go_merge_process_info{process_id="shop-5"} 1
# TYPE go_merge_process_start_time_seconds gauge
go_merge_process_start_time_seconds 1.800000000250001e+09
# TYPE go_merge_process_cpu_seconds_total counter
go_merge_process_cpu_seconds_total 1.5
# TYPE go_merge_service_info gauge
go_merge_service_info{service="stock",version="1.4.0",revision="abc",digest="123"} 1
go_merge_service_info{service="item",version="",revision="",digest=""} 1
# TYPE of_another counter
of_another -1
`

func reported() *Process {
	m := Method{Link: get1, Ratio: 0.5, Serving: true, Counts: Counts{
		Inline:         Arm{Ended: reports.Endings{OK: 90, Internal: 10}, Timed: 6, Nanoseconds: 1500},
		RPC:            Arm{Ended: reports.Endings{Timeout: 7}},
		AttemptsInline: 101, AttemptsRPC: 8, Errors: 9, Panics: 4,
		Fallbacks: reports.Fallbacks{Absent: 2}, Verified: Verified{Same: 11, Different: 1},
	}}
	m.Counts.Inline.Within[0], m.Counts.Inline.Within[reports.LatencyBounds-1] = 1, 5
	return &Process{
		Name: "p", Binary: "shop", ID: "shop-5", Started: time.UnixMicro(1_800_000_000_250_001).UTC(), CPU: 1500 * time.Millisecond,
		Rules:    Rules{File: true, Generation: 42, Usable: true, Applies: true, Expires: time.Unix(1_900_000_000, 0).UTC()},
		Services: []Service{{Name: "item"}, {"stock", "1.4.0", "abc", "123"}}, Methods: []Method{m},
	}
}

func TestParse(t *testing.T) {
	got, err := Parse("p", []byte(report))
	if err != nil {
		t.Fatal(err)
	}
	if want := reported(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	if slow := got.Methods[0].Counts.Inline.Slower(0); slow != 5 {
		t.Errorf("%d calls are slower than the least bound, want 5", slow)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "it reports no go_merge_binary_info, so it is not a merged binary",
		"go_goroutines 5\n":         "it reports no go_merge_binary_info, so it is not a merged binary",
		"<html>":                    "text format parsing error",
		"go_merge_kill_switch -1\n": "go_merge_kill_switch is -1",
		"go_merge_binary_info{binary=\"a\"} 1\ngo_merge_binary_info{binary=\"b\"} 1\n":      "it reports two merged binaries, a and b",
		"go_merge_inline_panics_total{caller=\"a\"} 1\n":                                    "go_merge_inline_panics_total without caller, callee and rpc_service",
		"go_merge_inline_panics_total{caller=\"a\",callee=\"b\",rpc_service=\"c\"} 1e300\n": "go_merge_inline_panics_total is 1e+300, more than can be counted",
	} {
		if _, err := Parse("p", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// TestLongTimes has a process that has used a year of CPU time, and one that says too much.
func TestLongTimes(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for value, want := range map[string]time.Duration{"31536000": year, "31536000.25": year + 250*time.Millisecond, "1e300": 1 << 62} {
		p, err := Parse("p", []byte("go_merge_binary_info{binary=\"a\"} 1\ngo_merge_process_cpu_seconds_total "+value+"\n"))
		if err != nil || p.CPU != want {
			t.Errorf("%s s: got %+v, %v, want %s", value, p, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(report)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("p", []byte(text))
		if err != nil {
			return
		}
		var w Watch
		w.Next([]*Process{p}, time.Unix(0, 0))
		if r := w.Next([]*Process{p}, time.Unix(1, 0)); len(r.Differences) != 1 || slices.ContainsFunc(r.Differences[0].Methods, func(m Method) bool { return m.Counts != Counts{} }) {
			t.Errorf("a reading differs from itself: %+v", r)
		}
	})
}

func TestBound(t *testing.T) {
	for above, want := range map[time.Duration]time.Duration{0: 255, 255: 255, 511: 511, 600: 511, time.Hour: 17179869183} {
		if _, got := Bound(above); got != want {
			t.Errorf("%d: got %d, want %d", above, got, want)
		}
	}
}

// TestSources reads one process in each way that there is.
func TestSources(t *testing.T) {
	dir := t.TempDir()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, report) })
	mux.HandleFunc("GET /api/v1/query", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("query"); got != `{__name__=~"go_merge_.+|up",job="shop"}` {
			http.Error(w, got, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"status": "success", "data": {"resultType": "vector", "result": [`+strings.Join(answer(t, "a:1"), ",")+","+strings.Join(answer(t, "b:1"), ",")+`,
			{"metric": {"__name__": "up", "job": "shop", "instance": "a:1", "replica": "1", "service": "of-kubernetes"}, "value": [1900000000, "1"]},
			{"metric": {"__name__": "up", "job": "shop", "instance": "b:1", "replica": "2", "service": "of-kubernetes"}, "value": [1900000000, "0"]},
			{"metric": {"__name__": "up", "job": "shop", "instance": "c:1", "replica": "1", "service": "of-kubernetes"}, "value": [1900000000, "0"]},
			{"metric": {"__name__": "up", "job": "shop", "instance": "exporter:1", "replica": "1"}, "value": [1900000000, "1"]}]}}`)
	})
	mux.HandleFunc("GET /no-processes/api/v1/query", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"__name__": "up", "job": "shop"}, "value": [1900000000, "1"]}]}}`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	socket, file := filepath.Join(dir, "shop.sock"), filepath.Join(dir, "shop.txt")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	onSocket := &http.Server{Handler: mux}
	go onSocket.Serve(l)
	defer onSocket.Close()
	if err := os.WriteFile(file, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimPrefix(server.URL, "http://")
	refused := filepath.Join(dir, "refused")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: refused, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	const down = "Prometheus cannot scrape it; if it is not a merged binary, have the selector leave it out"
	tests := []struct {
		name   string
		source Source
		want   []string
		failed []string
	}{
		{"sockets", Sockets{socket, filepath.Join(dir, "*.sock"), refused}, []string{socket}, []string{refused + ": the merged binary that made this socket has ended"}},
		{"nothing", Sockets{filepath.Join(dir, "*.none")}, nil, []string{filepath.Join(dir, "*.none") + ": there is no such file"}},
		{"addresses", Addresses{addr, "127.0.0.1:1"}, []string{addr}, []string{"127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"}},
		{"files", Files{file}, []string{file}, nil},
		{"Prometheus", &Prometheus{URL: server.URL, Selector: `job="shop"`, Without: []string{"replica"}}, []string{"a:1 job=shop", "b:1 job=shop"}, []string{"c:1 job=shop: " + down}},
		{"Prometheus without processes", &Prometheus{URL: server.URL + "/no-processes"}, nil, []string{server.URL + `/no-processes: it has no series {__name__=~"go_merge_.+"}; does it scrape the processes?`}},
		{"two replicas of Prometheus", &Prometheus{URL: server.URL, Selector: `job="shop"`, Without: []string{"instance"}}, nil, []string{"job=shop replica=1: there are several series of one metric; name the labels in which they differ under without", "job=shop replica=2: " + down}},
		{"another selector", &Prometheus{URL: server.URL}, nil, []string{server.URL + `: it answers with status 400 Bad Request: "{__name__=~\"go_merge_.+\"}\n"`}},
		{"not Prometheus", &Prometheus{URL: server.URL + "/metrics"}, nil, []string{server.URL + `/metrics: it answers with status 404 Not Found: "404 page not found\n"`}},
		{"all", All{Files{file}, Addresses{addr}}, []string{file, addr}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.source.Read(context.Background())
			var names, failed []string
			for _, p := range r.Processes {
				names = append(names, p.Name)
				want := reported()
				want.Name = p.Name
				if !reflect.DeepEqual(p, want) {
					t.Errorf("%s reported\n%+v, want\n%+v", p.Name, p, want)
				}
			}
			for _, f := range r.Failures {
				failed = append(failed, f.String())
			}
			if !slices.Equal(names, tt.want) || !slices.Equal(failed, tt.failed) {
				t.Errorf("got %q and failures %q, want %q and %q", names, failed, tt.want, tt.failed)
			}
		})
	}
}

// answer returns the report as Prometheus has it after it scraped a target that has a
// label named service.
func answer(t *testing.T, instance string) (list []string) {
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "of_another") {
			continue
		}
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, rest, _ := strings.Cut(series, "{")
		metric := map[string]string{"__name__": name, "job": "shop", "instance": instance, "replica": "1", "service": "of-kubernetes"}
		for pair := range strings.SplitSeq(strings.TrimSuffix(rest, "}"), ",") {
			if key, value, ok := strings.Cut(pair, "="); ok {
				if key == "service" {
					key = "exported_service"
				}
				metric[key] = strings.Trim(value, `"`)
			}
		}
		one, err := json.Marshal(map[string]any{"metric": metric, "value": []any{1.9e9, value}})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(one))
	}
	return list
}

// TestWatch has readings of processes that restart, vanish, come back, lie and are read
// twice.
func TestWatch(t *testing.T) {
	at := func(name string, started int64, ok uint64) *Process {
		p := &Process{Name: name, Binary: "shop", CPU: time.Duration(ok), Methods: []Method{{Link: get1, Counts: Counts{Inline: Arm{Ended: reports.Endings{OK: ok}}}}}}
		if started > 0 {
			p.Started = time.Unix(started, 0)
		}
		return p
	}
	tests := []struct {
		name   string
		rounds [][]*Process
		want   uint64 // calls, after the first round
		doubts []string
	}{
		{"calls", [][]*Process{{at("a", 1, 100)}, {at("a", 1, 110)}, {at("a", 1, 130)}}, 30, nil},
		{"nothing new", [][]*Process{{at("a", 1, 100)}, {at("a", 1, 100)}}, 0, nil},
		{"a new process", [][]*Process{{at("a", 1, 100)}, {at("a", 1, 100), at("b", 2, 50)}, {at("a", 1, 100), at("b", 2, 57)}}, 7, nil},
		{"a restart", [][]*Process{{at("a", 1, 100)}, {at("a", 2, 5)}}, 5, nil},
		{"a restart to a higher count", [][]*Process{{at("a", 1, 100)}, {at("a", 2, 150)}}, 150, nil},
		{"a restart of which only a counter says", [][]*Process{{at("a", 0, 100)}, {at("a", 0, 5)}}, 5, nil},
		{"vanished and back", [][]*Process{{at("a", 1, 100)}, {}, {}, {at("a", 1, 120)}}, 20, nil},
		{"vanished and another", [][]*Process{{at("a", 1, 100)}, {}, {at("a", 3, 2)}}, 2, nil},
		{"a counter that fell", [][]*Process{{at("a", 1, 100)}, {at("a", 1, 90)}, {at("a", 1, 95)}}, 5, []string{"a: a counter of item->stock/StockService/Get fell although the process has not restarted"}},
		{"a jump", [][]*Process{{at("a", 1, 100)}, {at("a", 1, 2_000_101)}, {at("a", 1, 2_000_102)}}, 1, []string{"a: it counted 2000001 calls of item->stock/StockService/Get in 1s, more than any process makes"}},
		{"a jump with a restart", [][]*Process{{at("a", 1, 100)}, {at("a", 2, 2_000_101)}}, 0, []string{"a: it counted 2000101 calls of item->stock/StockService/Get in 1s, more than any process makes"}},
		{"read in two ways", [][]*Process{{at("b", 1, 100), at("a", 1, 100)}, {at("b", 1, 110), at("a", 1, 110)}}, 10, []string{"b: it is the same process as a, and counts once", "b: it is the same process as a, and counts once"}},
		{"named twice", [][]*Process{{at("a", 0, 100), at("a", 0, 100)}, {at("a", 0, 110)}}, 10, []string{"a: it was read twice, and counts once"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls uint64
			var doubts []string
			w := &Watch{}
			for i, processes := range tt.rounds {
				// As a controller that is killed after each poll.
				saved, err := json.Marshal(w)
				if err != nil {
					t.Fatal(err)
				}
				w = &Watch{MaxRate: 2e6}
				if err := json.Unmarshal(saved, w); err != nil {
					t.Fatal(err)
				}
				r := w.Next(processes, time.Unix(int64(i), 0))
				for _, d := range r.Differences {
					calls += d.Methods[0].Counts.Calls()
				}
				for _, d := range r.Doubts {
					doubts = append(doubts, d.String())
				}
			}
			if calls != tt.want || !slices.Equal(doubts, tt.doubts) {
				t.Errorf("got %d calls and doubts %q, want %d and %q", calls, doubts, tt.want, tt.doubts)
			}
		})
	}
}

func TestAdd(t *testing.T) {
	sum := reported().Methods[0].Counts
	one := sum
	sum.Add(&one)
	if back, ok := sum.since(&one); !ok || back != one {
		t.Errorf("got %+v, want %+v", back, one)
	}
	if sum.Calls() != 214 || sum.Fallbacks.Absent != 4 || sum.Inline.Within[0] != 2 {
		t.Errorf("the sum is %+v", sum)
	}
}
