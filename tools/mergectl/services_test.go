package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestServicesTable(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cpu := 1.234
	var out strings.Builder
	writeServices(&out, &reports.Services{Binary: "shop", Services: []reports.Service{
		{Name: "api", Version: "1.4.2", State: reports.Waiting, Since: now, CPULimit: 1, CPUUse: &cpu, Throttled: 7, Refused: 5},
		{Name: "item", State: reports.Running, Since: now.Add(-90 * time.Second), Goroutines: 12, HeapBytes: 3 << 19},
		{Name: "stock", State: reports.Down, Since: now, Restarts: 2, MaxInflight: 10, Inflight: 3, Refused: 1, HeapBytes: 1000, Reason: "panicked: no stock", FromFile: []string{"max_inflight", "on_exit"}},
	}}, now)
	want := `SERVICE VERSION STATE FOR RESTARTS INFLIGHT CPU THROTTLED REFUSED GOROUTINES HEAP WHY
api 1.4.2 waiting 0s 0 - 1.23/1 7 5 0 0 B 
item - running 1m30s 0 - - - - 12 1.5 MiB 
stock - down 0s 2 3/10 - - 1 0 1000 B panicked: no stock
Set by the settings file: stock.max_inflight, stock.on_exit
`
	if got := regexp.MustCompile(` {2,}`).ReplaceAllString(out.String(), " "); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestServices(t *testing.T) {
	m := start(t)
	var report reports.Services
	// The first measurement of the CPU takes a moment.
	for measured := false; !measured; {
		out, err := mergectl("services", "--format=json", m.socket)
		if err != nil {
			t.Fatal(err)
		}
		report = reports.Services{}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		if report.Binary != "shop" || len(report.Services) != 1 {
			t.Fatalf("got %+v", report)
		}
		measured = report.Services[0].CPUUse != nil
	}
	if s := report.Services[0]; s.Name != "item" || s.Version != "1.4.2" || s.Revision != "c0ffee" || s.Digest != "0a1b" || s.State != reports.Running || s.CPULimit != 64 || s.Goroutines < 1 {
		t.Errorf("got %+v", s)
	}
	out, err := mergectl("services", m.socket)
	if row := regexp.MustCompile(`\nitem +1\.4\.2 +running .*\d\.\d\d/64 +0 +0 `); err != nil || !row.MatchString(out) {
		t.Errorf("printed %q, %v", out, err)
	}
}
