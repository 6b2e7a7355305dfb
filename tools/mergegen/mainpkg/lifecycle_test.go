package mainpkg_test

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/mainpkg"
)

func TestLifecycle(t *testing.T) {
	tests := []struct{ lifecycle, want string }{
		{"stock=stop=crash=never=0=", `{Name: "stock", Namespace: "stock", Listen: true, Main: stock.GoMergeMain}`},
		{"stock=keep=contain=on_failure=100=0.5", `{Name: "stock", Namespace: "stock", Listen: true, KeepOthers: true, Contain: true, Restart: true, MaxInflight: 100, CPULimit: 0.5, Main: stock.GoMergeMain}`},
	}
	for _, tt := range tests {
		b := mainpkg.Binary{Name: "shop", Services: []mainpkg.Service{{Name: "stock", Namespace: "stock", MainPackage: "m", Listen: true}}}
		if err := b.SetLifecycles([]string{tt.lifecycle}); err != nil {
			t.Fatal(err)
		}
		if got, err := mainpkg.Generate(b); err != nil || !strings.Contains(string(got), tt.want) {
			t.Errorf("%s: got\n%s%v, want\n%s", tt.lifecycle, got, err, tt.want)
		}
	}
}

func TestLifecycleErrors(t *testing.T) {
	b := mainpkg.Binary{Services: []mainpkg.Service{{Name: "stock"}}}
	for value, want := range map[string]string{
		"stock":                         "not of the form",
		"=stop=crash=never=0=":          "not of the form",
		"stock=stop=crash=never=0":      "not of the form",
		"stock=go=crash=never=0=":       `ON_EXIT is "go"; write stop or keep`,
		"stock=stop=contained=never=0=": `ON_PANIC is "contained"; write crash or contain`,
		"stock=stop=crash=always=0=":    `RESTART is "always"; write never or on_failure`,
		"stock=stop=crash=never=-1=":    `MAX_INFLIGHT is "-1"; write a number`,
		"stock=stop=crash=never=0=half": `CPU_LIMIT is "half"; write a number of cores`,
		"stock=stop=crash=never=0=0":    `CPU_LIMIT is "0"; write a number of cores`,
		"stock=stop=crash=never=0=inf":  `CPU_LIMIT is "inf"; write a number of cores`,
		"item=stop=crash=never=0=":      "of no service of the merged binary",
	} {
		if err := b.SetLifecycles([]string{value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", value, err, want)
		}
	}
}

func TestDeadlines(t *testing.T) {
	b := mainpkg.Binary{Name: "shop", Deadlines: []string{"* cooperative", "item->stock strict"}, Services: []mainpkg.Service{{Name: "stock", Namespace: "stock", MainPackage: "m"}}}
	got, err := mainpkg.Generate(b)
	if want := "\t\tDeadlines: []string{\n\t\t\t\"* cooperative\",\n\t\t\t\"item->stock strict\",\n\t\t},\n"; err != nil || !strings.Contains(string(got), want) {
		t.Errorf("got\n%s%v, want\n%s", got, err, want)
	}
}

func TestStartAsListed(t *testing.T) {
	b := mainpkg.Binary{Name: "shop", StartAsListed: true, SignalViews: true, Services: []mainpkg.Service{{Name: "stock", Namespace: "stock", MainPackage: "m"}}}
	got, err := mainpkg.Generate(b)
	if want := "\t\tStartAsListed: true,\n\t\tSignalViews:   true,\n"; err != nil || !strings.Contains(string(got), want) {
		t.Errorf("got\n%s%v, want\n%s", got, err, want)
	}
}
