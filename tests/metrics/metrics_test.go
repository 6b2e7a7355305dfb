// Package metrics_test reads what a merged binary says at GET /metrics with the code of
// Prometheus.
package metrics_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/gomerge/rules_go_merge/dev/mergedtest"
	"github.com/gomerge/rules_go_merge/merge/runtime"
)

// mergedEnv makes this test binary behave as a merged binary.
const mergedEnv = "METRICS_TEST_MERGED"

func TestMain(m *testing.M) {
	if os.Getenv(mergedEnv) != "" {
		runMerged()
	}
	os.Exit(m.Run())
}

// runMerged is a merged binary in which item has called stock 100 times, about half of
// them by RPC, when it says "ready". Calls end in each way.
func runMerged() {
	runtime.AddLink(runtime.Link{
		Caller: "item", Callee: "stock", RPCService: "StockService",
		Methods:     map[string]runtime.Method{"Get": mergedtest.Method()},
		Unconverted: map[string]string{"Watch": "streaming method"},
	})
	runtime.Serve("stock", "StockService", "", func(_ context.Context, req runtime.Request) runtime.Response {
		if req.Args.(*mergedtest.Message).Text == "panic" {
			panic("no shelf")
		}
		return runtime.Response{}
	})
	item := func() {
		client := runtime.NewClient("item", "StockService", "")
		target := runtime.NewTargetClient("item", "StockService", runtime.Target{Spellings: []string{"elsewhere:1"}})
		target.Bind("Get")
		for i := range 100 {
			observed := client.Observe("Get")
			call, drawn := client.Draw("Get")
			if call.Bound() {
				call.Do(context.Background(), &mergedtest.Message{Text: map[int]string{3: "panic"}[i]}, &mergedtest.Message{}, nil)
			}
			observed.End(drawn, runtime.Ending(i%8))
		}
		client.Observe("Get").End(runtime.Undrawn, runtime.EndedDenied)
		client.Decline("Watch", "streaming method")
		mergedtest.Ready()
		io.Copy(io.Discard, os.Stdin) // to the end of the test
	}
	runtime.Main(runtime.Binary{Name: "shop", Services: []runtime.Service{{Name: "item", Version: "1.4.2", Revision: "abc", Digest: "123", Main: item}}})
}

// scrape starts a merged binary and returns what it says over TCP and on its socket.
func scrape(t *testing.T) (overTCP, onSocket []byte) {
	t.Helper()
	dir := t.TempDir()
	socket, rules := filepath.Join(dir, "admin"), filepath.Join(dir, "rules")
	if err := os.WriteFile(rules, []byte("generation 42\nexpires 2130-01-31T18:00:00Z\n* 50%\nitem->stock/StockService/Get verify 1%\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := mergedtest.Start(t, "", socket, mergedEnv+"=1", "GO_MERGE_METRICS_ADDR=127.0.0.1:0", "GO_MERGE_LINKS_FILE="+rules)
	url := p.Logged("metrics are at ")
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	return get(t, http.DefaultClient, url), get(t, client, "http://shop/metrics")
}

func get(t *testing.T, client *http.Client, url string) []byte {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if format := expfmt.ResponseFormat(resp.Header); err != nil || resp.StatusCode != http.StatusOK || format.FormatType() != expfmt.TypeTextPlain {
		t.Fatalf("%s: status %s, format %s, %v", url, resp.Status, format, err)
	}
	return body
}

func parse(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return families
}

// cpuTime finds what changes while nothing is called.
var cpuTime = regexp.MustCompile(`(?m)^go_merge_process_cpu_seconds_total .*$`)

// TestMetrics has Prometheus' own code read, and judge, what a merged binary says, and
// compares it with what it did.
func TestMetrics(t *testing.T) {
	overTCP, onSocket := scrape(t)
	if !bytes.Equal(cpuTime.ReplaceAll(overTCP, nil), cpuTime.ReplaceAll(onSocket, nil)) {
		t.Errorf("over TCP\n%s\non the socket\n%s", overTCP, onSocket)
	}
	problems, err := promlint.New(bytes.NewReader(overTCP)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("problems %v, error %v", problems, err)
	}
	families := parse(t, overTCP)
	calls, attempts, timed := 0.0, 0.0, uint64(0)
	endings := map[string]bool{}
	for _, m := range families["go_merge_calls_total"].GetMetric() {
		if labelOf(m, "drawn") != "none" && labelOf(m, "method") == "Get" {
			calls += m.GetCounter().GetValue()
			endings[labelOf(m, "ended")] = true
		}
	}
	for _, m := range families["go_merge_attempts_total"].GetMetric() {
		if labelOf(m, "method") == "Get" {
			attempts += m.GetCounter().GetValue()
		}
	}
	for _, m := range families["go_merge_call_duration_seconds"].GetMetric() {
		h := m.GetHistogram()
		timed += h.GetSampleCount()
		before := uint64(0)
		for _, b := range h.GetBucket() {
			if b.GetCumulativeCount() < before || b.GetCumulativeCount() > h.GetSampleCount() {
				t.Errorf("buckets are not cumulative: %v", h)
				break
			}
			before = b.GetCumulativeCount()
		}
		if h.GetSampleSum() <= 0 {
			t.Errorf("no time in %v", h)
		}
	}
	if calls != 100 || attempts != 100 || timed < 100/16 || timed > 101 || len(endings) != 8 {
		t.Errorf("%v calls, %v attempts, %d timed, ended %v", calls, attempts, timed, endings)
	}
	for name, want := range map[string]float64{
		"go_merge_rules_file_generation": 42, "go_merge_rules_file_usable": 1, "go_merge_rules_file_applies": 1, "go_merge_kill_switch": 0,
		"go_merge_binary_info": 1, "go_merge_process_info": 1, "go_merge_service_info": 1, "go_merge_service_running": 1,
	} {
		if all := families[name].GetMetric(); len(all) != 1 || all[0].GetGauge().GetValue() != want {
			t.Errorf("%s is %v, want %v", name, all, want)
		}
	}
	started := families["go_merge_process_start_time_seconds"].GetMetric()
	if len(started) != 1 || time.Since(time.UnixMicro(int64(started[0].GetGauge().GetValue()*1e6))).Abs() > time.Hour {
		t.Errorf("the process started at %v", started)
	}
	if cpu := families["go_merge_process_cpu_seconds_total"].GetMetric(); len(cpu) != 1 || cpu[0].GetCounter().GetValue() <= 0 {
		t.Errorf("the process has used %v", cpu)
	}
	info := families["go_merge_service_info"].GetMetric()[0]
	if got := fmt.Sprint(labelOf(info, "service"), labelOf(info, "version"), labelOf(info, "revision"), labelOf(info, "digest")); got != fmt.Sprint("item", "1.4.2", "abc", "123") {
		t.Errorf("the service is %s", got)
	}
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// row matches a metric in the table of the documentation: its name, its type and its
// labels.
var row = regexp.MustCompile("(?m)^\\| `(go_merge_\\w+)` \\| (counter|gauge|histogram) \\| ([^|]*) \\|")

// TestDocumented compares the table of docs/metrics.md with a scrape.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, there []string
	for _, match := range row.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, fmt.Sprintf("%s %s %s", match[1], match[2], strings.ReplaceAll(match[3], "`", "")))
	}
	text, _ := scrape(t)
	for name, family := range parse(t, text) {
		var labels []string
		for _, l := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		there = append(there, fmt.Sprintf("%s %s %s", name, strings.ToLower(family.GetType().String()), strings.Join(labels, ", ")))
	}
	slices.Sort(documented)
	slices.Sort(there)
	if !slices.Equal(documented, there) {
		t.Errorf("docs/metrics.md has\n%s\na merged binary has\n%s", strings.Join(documented, "\n"), strings.Join(there, "\n"))
	}
}
