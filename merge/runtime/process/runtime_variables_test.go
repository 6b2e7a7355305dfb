package process

import (
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestRuntimeVariables sets them for two services, of which the first counts.
func TestRuntimeVariables(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	defer func() {
		GCPercent, MemoryLimit, MaxProcs = Knob{Name: GCPercent.Name}, Knob{Name: MemoryLimit.Name}, Knob{Name: MaxProcs.Name}
	}()
	all, err := views(parse(shop, []string{"shop"}, []string{
		"GOMAXPROCS=2", "STOCK__GOGC=37", "STOCK__GOMEMLIMIT=512MiB", "ITEM_API__GOGC=50", "ITEM_API__GOMAXPROCS=1",
	}, nil))
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	getenv := func(name string) string { return map[string]string{"GOMAXPROCS": "2"}[name] }
	before := runtime.GOMAXPROCS(0)
	if err := setRuntimeVariables([]string{"stock", "item-api"}, all, getenv, &stderr); err != nil {
		t.Fatal(err)
	}
	if got := debug.SetGCPercent(37); got != 37 {
		t.Errorf("GOGC is %d, want 37", got)
	}
	if got := debug.SetMemoryLimit(-1); got != 512<<20 {
		t.Errorf("GOMEMLIMIT is %d, want 512 MiB", got)
	}
	if got := runtime.GOMAXPROCS(0); got != before {
		t.Errorf("GOMAXPROCS is %d, want %d as before", got, before)
	}
	if want := "rules_go_merge: service item-api sets GOMAXPROCS, but the process was started with GOMAXPROCS=2\n"; stderr.String() != want {
		t.Errorf("standard error has %q, want %q", stderr.String(), want)
	}
	if state := GCPercent.state(); state.Owner != "stock" || len(state.Refused) != 1 || state.Refused[0] != "item-api" {
		t.Errorf("state of debug.SetGCPercent: %+v", state)
	}
}

// TestLibraryVariables sets them for one service, and one of them for the process, too.
func TestLibraryVariables(t *testing.T) {
	environ := []string{"SSL_CERT_DIR=/certs", "STOCK__SSL_CERT_DIR=/certs", "STOCK__SSL_CERT_FILE=/stock.pem", "ITEM_API__ZONEINFO=/zones"}
	all, err := views(parse(shop, []string{"shop"}, environ, nil))
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	process := newEnvironment(environ).values
	getenv := func(name string) string { return process[name] }
	if err := setRuntimeVariables([]string{"stock", "item-api"}, all, getenv, &stderr); err != nil {
		t.Fatal(err)
	}
	const end = " reads for all services from what the process was started with: set it for the process, without a service's name\n"
	want := "rules_go_merge: service stock sets SSL_CERT_FILE, which package crypto/x509" + end +
		"rules_go_merge: service item-api sets ZONEINFO, which package time" + end
	if stderr.String() != want {
		t.Errorf("standard error has %q, want %q", stderr.String(), want)
	}
}

func TestRuntimeVariableErrors(t *testing.T) {
	for variable, want := range map[string]string{
		"GOGC=many":         `variable GOGC of service stock: "many": want a percentage without its sign, or off`,
		"GOMEMLIMIT=512 MB": `variable GOMEMLIMIT of service stock: "512 MB": want a number of bytes such as 512MiB, or off`,
		"GOMAXPROCS=0":      `variable GOMAXPROCS of service stock: "0": want a positive number`,
		"GODEBUG=x=1":       "variable GODEBUG of service stock: Go's runtime reads it for the whole process: set it for the process, without a service's name",
	} {
		all, err := views(parse(shop, []string{"shop"}, []string{"STOCK__" + variable}, nil))
		if err == nil {
			err = setRuntimeVariables([]string{"stock"}, all, func(string) string { return "" }, &strings.Builder{})
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", variable, err, want)
		}
	}
}

func TestParseByteCount(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "7": 7, "7B": 7, "2KiB": 2 << 10, "3MiB": 3 << 20, "4GiB": 4 << 30, "5TiB": 5 << 40, "9223372036854775807": math.MaxInt64,
		"": -1, "B": -1, "iB": -1, "KiB": -1, "1kB": -1, "1MB": -1, "1.5GiB": -1, "-1": -1, "8388608TiB": -1, "1 MiB": -1,
	} {
		got, ok := parseByteCount(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d bytes, want %d", text, got, want)
		}
	}
}
