package fleet_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
)

// folder writes files and returns the folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	shopManifest = `{"name": "shop", "label": "//shop:shop", "services": [
		{"name": "stock", "label": "//stock:stock_service", "binary": "//stock:stock", "version": "v1.4.0", "revision": "r2", "digest": "d2", "folders": ["stock", "idl"]},
		{"name": "item", "namespace": "items", "binary": "//item:item", "digest": "d1"}],
		"links": [{"caller": "item", "callee": "stock", "rpc_service": "StockService", "conversions": [
			{"from": "items/x.A", "to": "stock/x.A", "sender_only": ["note"]}, {"from": "items/x.B", "to": "stock/x.B"}]}]}`
	cartManifest = `{"name": "cart", "services": [{"name": "stock", "binary": "//stock:stock", "version": "v1.3.0", "digest": "d0",
		"packages": [{"label": "//stock:lib"}, {"label": "@@x//y:y"}, {"label": "//idl:idl"}]}], "overlays": [{"kind": "asm"}]}`
)

func TestIndex(t *testing.T) {
	dir := folder(t, map[string]string{
		"shop/shop.versions.json":                    shopManifest,
		"shop/shop.manifest.json":                    `{"name": "stale"}`,
		"cart/cart.manifest.json":                    cartManifest,
		"cart/other.json":                            "not one",
		"x/y.runfiles/shop/shop.versions.json":       shopManifest,
		"x/stock_service.ns/stock/any.manifest.json": "not one",
	})
	binaries, err := fleet.ReadManifests([]string{dir, filepath.Join(dir, "cart/cart.manifest.json")})
	if err != nil {
		t.Fatal(err)
	}
	x, err := fleet.New(binaries)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range x.Services {
		for _, e := range s.Embedded {
			got = append(got, s.Name+" in "+e.Binary.Label+" "+e.Built.Version+" "+e.Built.Digest+" "+strings.Join(e.Folders, ","))
		}
	}
	want := []string{"item in //shop:shop  d1 ", "stock in //shop:shop v1.4.0 d2 idl,stock", "stock in cart v1.3.0 d0 idl,stock"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	shop, err := x.Binary("//shop")
	if err != nil || len(shop.Links) != 1 || len(shop.Links[0].OneSided) != 1 || shop.Embeds("item").Namespace != "items" {
		t.Errorf("//shop: %+v, %v", shop, err)
	}
	if b, err := x.Binary("shop"); err != nil || b != shop {
		t.Errorf("shop: %+v, %v", b, err)
	}
	if _, err := x.Binary("nothing"); err == nil || !strings.Contains(err.Error(), "//shop:shop, cart") {
		t.Errorf("error is %v", err)
	}
}

// TestLinkedFolders has releases behind links, one of which leads back up.
func TestLinkedFolders(t *testing.T) {
	dir := folder(t, map[string]string{
		"elsewhere/v1/shop.versions.json": shopManifest,
		"elsewhere/v1/cart.manifest.json": cartManifest,
		"releases/README":                 "",
		"workspace/shop.versions.json":    shopManifest,
	})
	for name, target := range map[string]string{
		"releases/v1": "../elsewhere/v1", "releases/current": "v1", "elsewhere/v1/up": "..", "releases/gone": "nothing",
		"releases/bazel-bin": "../workspace", "releases/old.runfiles": "../workspace",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	binaries, err := fleet.ReadManifests([]string{filepath.Join(dir, "releases")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range binaries {
		got = append(got, b.Name)
	}
	if want := []string{"cart", "shop"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.json": "{", "b.json": "{}", "c.json": `{"name": "c", "services": [{"name": ""}]}`,
		"d.json": `{"name": "d", "services": [{"name": "x"}, {"name": "x"}]}`, "e.json": `{"name": 1}`,
	})
	for name, want := range map[string]string{
		"a.json": "unexpected end", "b.json": "no name or no services", "c.json": "service 1 has no name",
		"d.json": "two services with the name x", "e.json": "cannot unmarshal", "missing.json": "no such file",
	} {
		if _, err := fleet.ReadManifests([]string{filepath.Join(dir, name)}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error is %v, want one with %q", name, err, want)
		}
	}
	one, two := mustParse(t, "1", shopManifest), mustParse(t, "2", shopManifest)
	if _, err := fleet.New([]*fleet.Binary{one, two}); err == nil || !strings.Contains(err.Error(), "1 and 2 are both manifests of //shop:shop") {
		t.Errorf("error is %v", err)
	}
}

func mustParse(t *testing.T, file, text string) *fleet.Binary {
	t.Helper()
	b, err := fleet.ParseManifest(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRunning(t *testing.T) {
	other := strings.Replace(cartManifest, `"name": "cart"`, `"name": "shop", "label": "//other:shop"`, 1)
	x, err := fleet.New([]*fleet.Binary{mustParse(t, "1", shopManifest), mustParse(t, "2", other)})
	if err != nil {
		t.Fatal(err)
	}
	const report = `{"binary": "shop", "services": [{"name": "stock", "version": "v1.4.0", "digest": "d2"}, {"name": "item", "digest": "d1"}]}`
	dir := folder(t, map[string]string{
		"host1.json": report, "host2.json": strings.Replace(report, "d2", "d3", 1), "host3.json": report,
	})
	all, err := fleet.ReadReports([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.AddRunning(all); err != nil {
		t.Fatal(err)
	}
	stock := x.Service("stock")[0]
	// Both binaries have the name shop, and one the services of the processes.
	if n := len(stock.Embedded[0].Running); n != 0 {
		t.Errorf("//other:shop has %d", n)
	}
	running := stock.Embedded[1].Running
	if len(running) != 2 || running[0].Digest != "d2" || len(running[0].Reports) != 2 || running[1].Digest != "d3" || filepath.Base(running[1].Reports[0]) != "host2.json" {
		t.Errorf("running: %+v", running)
	}
	for text, want := range map[string]string{
		`{"binary": "unknown", "services": []}`:                 "there are 0 manifests",
		`{"binary": "shop", "services": [{"name": "a"}]}`:       "there are 0 manifests with these services",
		`{"binary": "cart", "services": [{"name": "unknown"}]}`: "the service unknown, which the manifest 3 does not have",
	} {
		x, err := fleet.New([]*fleet.Binary{mustParse(t, "1", shopManifest), mustParse(t, "2", other), mustParse(t, "3", cartManifest)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := fleet.ParseReport("host.json", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := x.AddRunning([]fleet.Report{r}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want one with %q", text, err, want)
		}
	}
	if _, err := fleet.ReadReports([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "has no .json files") {
		t.Errorf("error is %v", err)
	}
	if _, err := fleet.ParseReport("x", []byte("{}")); err == nil {
		t.Error("a report without a binary is taken")
	}
}

// FuzzParseManifest looks for manifests of which an index cannot be made.
func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(shopManifest))
	f.Add([]byte(cartManifest))
	f.Add([]byte(`{"name":"a","services":[{"name":"b","folders":[""]}],"links":[{"conversions":[{"from":"","sender_only":[""]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := fleet.ParseManifest("f", data)
		if err != nil {
			return
		}
		x, err := fleet.New([]*fleet.Binary{b})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range x.Services {
			n += len(s.Embedded)
		}
		if n != len(b.Embedded) {
			t.Errorf("%d services are in the index, want %d", n, len(b.Embedded))
		}
	})
}

// FuzzParseReport looks for reports that stop the reader.
func FuzzParseReport(f *testing.F) {
	f.Add([]byte(`{"binary": "shop", "services": [{"name": "stock"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if report, err := fleet.ParseReport("f", data); err == nil && report.Binary == "" {
			t.Error("a report without a binary is taken")
		}
	})
}
