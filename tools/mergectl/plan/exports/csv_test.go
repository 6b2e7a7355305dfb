package exports

import (
	"strings"
	"testing"
	"time"
)

func TestCSV(t *testing.T) {
	const text = `# from a warehouse
Callee, Caller, calls, note, bytes_per_call, method
stock, item, 3600, x, 100, GetStock
stock, item, 7200, x, , Reserve
item, , 1, x, , Get
`
	g, err := Read("t.csv", []byte(text), Options{Period: time.Hour, Sampling: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Links) != 1 || g.Links[0].PerSecond != 6 || g.Links[0].Bytes != 100 || len(g.Links[0].Methods) != 2 {
		t.Errorf("links %+v", g.Links)
	}
	if len(g.Ignored) != 2 || g.Ignored[0].What != "calls" || g.Ignored[1].What != "column note" {
		t.Errorf("ignored %v", g.Ignored)
	}
}

func TestCSVRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "empty",
		"caller,calls_per_second\n":           "no column callee",
		"caller,callee\n":                     "one of the columns",
		"caller,callee,calls\na,b,1\n":        "period",
		"caller,callee,calls_per_second\na,b": "wrong number of fields",
		"caller,callee,calls_per_second\na,b,1\na,b,many\n": "line 3: calls_per_second is \"many\"",
	} {
		_, err := Read("t.csv", []byte(text), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "t.csv: ") {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
