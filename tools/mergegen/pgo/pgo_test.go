package pgo_test

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/pgo"
)

func TestRename(t *testing.T) {
	ns, err := overlay.ParseNamespace("stock", strings.NewReader("main=example.com/stock\ngopkg.in/yaml.v3\nstd=net/http\noutside=runtime\n"))
	if err != nil {
		t.Fatal(err)
	}
	const profile = `GO PREPROFILE V1
main.main
main.(*server).serve
12 300
net/http.(*conn).serve
gopkg.in/yaml%2ev3.Unmarshal
3 200
runtime.mallocgc
runtime.memclrNoHeapPointers
9 100
`
	const want = `GO PREPROFILE V1
stock/example.com/stock.main
stock/example.com/stock.(*server).serve
12 300
stock/net/http.(*conn).serve
stock/gopkg.in/yaml%2ev3.Unmarshal
3 200
runtime.mallocgc
runtime.memclrNoHeapPointers
9 100
`
	var out strings.Builder
	if err := pgo.Rename(&out, strings.NewReader(profile), ns.Symbol); err != nil || out.String() != want {
		t.Errorf("got\n%s%v\nwant\n%s", out.String(), err, want)
	}
}

func TestRenameErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                              `does not begin with "GO PREPROFILE V1"`,
		"\x1f\x8b\x08":                  `does not begin with "GO PREPROFILE V1"`,
		"GO PREPROFILE V1\nmain.main\n": "ends within an edge",
	} {
		err := pgo.Rename(new(strings.Builder), strings.NewReader(text), func(string) (string, bool) { return "", false })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
