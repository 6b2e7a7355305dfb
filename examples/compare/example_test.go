package compare

import (
	"net/http"
	"reflect"
	"testing"
)

func TestCommands(t *testing.T) {
	e := &Example{
		Services: []Service{
			{Name: "stock", Env: []string{"LOG_LEVEL=error"}},
			{Name: "api", Args: []string{"-quick"}, Added: []string{"-loud"}},
		},
		DebugVariable: "DEBUG",
	}
	bins := Binaries{"stock": "/stock", "api": "/api", Merged: "/all"}
	debug := map[string]string{"stock": ":1", "api": ":2"}
	for merged, want := range map[bool][]command{
		false: {
			{program: "/stock", env: []string{"LOG_LEVEL=error", "DEBUG=:1"}},
			{program: "/api", args: []string{"-quick", "-loud"}, env: []string{"DEBUG=:2"}},
		},
		true: {{program: "/all", args: []string{"api:-loud"}, env: []string{"STOCK__DEBUG=:1", "API__DEBUG=:2"}}},
	} {
		if got := e.commands(bins, merged, debug); !reflect.DeepEqual(got, want) {
			t.Errorf("merged=%v:\n%+v, want\n%+v", merged, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	e := &Example{}
	if got, want := e.headers(3), (http.Header{"X-Request-Id": {"request-3"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	e.Headers = func(number int) http.Header { return http.Header{"Number": {string(rune('0' + number))}} }
	if got, want := e.headers(3), (http.Header{"X-Request-Id": {"request-3"}, "Number": {"3"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
