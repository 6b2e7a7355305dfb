package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/manifest"
)

func TestIdentity(t *testing.T) {
	in := inputs{t, t.TempDir()}
	base := in.file("base.json", `{"name": "shop", "services": [
		{"name": "stock", "revision": "{STABLE_GIT_COMMIT}"},
		{"name": "item", "revision": "v1.4.0+{BUILT}"},
		{"name": "api", "revision": "{STABLE_GIT_COMMIT}-{UNKNOWN}"},
		{"name": "cart", "revision": "v2"},
		{"name": "user"}
	]}`)
	digest := in.file("stock.digest", "0a1b\n")
	stable, volatile := in.file("stable-status.txt", "STABLE_GIT_COMMIT c0ffee\nSTABLE_NAME a b\n"), in.file("volatile-status.txt", "BUILT today\n")
	for _, tt := range []struct {
		statuses []string
		want     string
	}{
		{[]string{stable, volatile}, "stock=c0ffee/0a1b item=v1.4.0+today/<nil> api=/<nil> cart=v2/<nil> user=<nil>/<nil>"},
		{nil, "stock=/0a1b item=/<nil> api=/<nil> cart=v2/<nil> user=<nil>/<nil>"},
	} {
		m, err := manifest.Merge(manifest.Inputs{Base: base, Digests: []string{"stock=" + digest}, Statuses: tt.statuses})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range m.Services {
			got = append(got, fmt.Sprintf("%s=%v/%v", s["name"], s["revision"], s["digest"]))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("got  %s\nwant %s", text, tt.want)
		}
	}
	for want, wrong := range map[string]manifest.Inputs{
		"no.status":       {Base: base, Statuses: []string{"no.status"}},
		"no.digest":       {Base: base, Digests: []string{"stock=no.digest"}},
		`service "ghost"`: {Base: base, Digests: []string{"ghost=" + digest}},
		"form NAME=FILE":  {Base: base, Digests: []string{digest}},
	} {
		if _, err := manifest.Merge(wrong); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}
