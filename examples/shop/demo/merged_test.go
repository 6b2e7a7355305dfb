package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMergedShop is what the demo shows: the merged shop answers as the
// separate one, with every call between its services inline.
func TestMergedShop(t *testing.T) {
	program := func(name string) string {
		path := os.Getenv(name)
		if path == "" {
			t.Skipf("%s is not set: the shop's binaries are built by Bazel", name)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	bins := binaries{
		api:    program("SHOP_API"),
		item:   program("SHOP_ITEM"),
		stock:  program("SHOP_STOCK"),
		merged: program("SHOP_MERGED"),
	}
	rep, err := compare(t.Context(), bins, 500, 4, newProgress(os.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	if err := rep.failure(); err != nil {
		t.Error(err)
	}
	for _, d := range rep.Differences {
		t.Errorf("%s at %s: separate %s, merged %s", d.Call, d.Where, d.Separate, d.Merged)
	}
	if rep.Separate.Bytes == 0 {
		t.Error("the proxies counted nothing between the separate services")
	}
	if rep.Merged.Bytes != 0 {
		t.Errorf("%d bytes between the merged services", rep.Merged.Bytes)
	}
	versions := slices.Sorted(maps.Values(rep.Merged.Versions))
	if want := []string{"v0.13.1", "v0.16.2", "v0.16.3"}; !slices.Equal(versions, want) || rep.Merged.Processes != 1 {
		t.Errorf("Kitex versions %q in %d processes, want %q in one", versions, rep.Merged.Processes, want)
	}
	links := map[string]bool{}
	for _, l := range rep.Merged.Links {
		if l.RPC > 0 || l.Errors > 0 {
			t.Errorf("%+v: not all calls were inline and well", l)
		}
		links[l.Caller+"->"+l.Callee] = true
	}
	for _, want := range []string{"api->item", "api->stock", "item->stock"} {
		if !links[want] {
			t.Errorf("no call %s", want)
		}
	}
}
