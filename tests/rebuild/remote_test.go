package rebuild

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// checkout writes two services to a separate folder, in which Bazel has
// nothing but the cache server to take results from, and its own output base.
func checkout(t *testing.T, name string, server *cacheServer) *bazeltest.Workspace {
	t.Helper()
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("TWO_SERVICES")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, name, archive)
	// What is only in the cache is lost with the server, and fails the build if
	// it turns out to be damaged when something needs it.
	w.Flags = append(w.Flags, "--remote_cache="+server.url, "--disk_cache=", "--remote_download_outputs=all")
	w.MustBazel("clean", "--expunge")
	t.Cleanup(func() { w.Bazel("clean", "--expunge") })
	return w
}

const shop = "//:shop"

// outputs are what two checkouts have to agree on.
func outputs(t *testing.T, w *bazeltest.Workspace) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"bazel-bin/shop_/shop", "bazel-bin/shop.manifest.json", "bazel-bin/shop.glue/*/*.go"} {
		paths, err := filepath.Glob(filepath.Join(w.Dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("there is no output %s: %v", pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(path, w.Dir)] = string(data)
		}
	}
	return all
}

func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("there are %d outputs, want %d", len(got), len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s is not the same", name)
		}
	}
}

func build(w *bazeltest.Workspace) []bazeltest.Spawn {
	return w.Build(shop, "--output_groups=+manifest,+glue")
}

func TestRemoteCache(t *testing.T) {
	server := startCacheServer(t)
	first := checkout(t, "first", server)
	ran := build(first)
	want := outputs(t, first)

	second := checkout(t, "other/place", server)
	t.Run("another checkout takes all from the cache", func(t *testing.T) {
		checkHits(t, build(second), len(ran))
		compare(t, outputs(t, second), want)
	})
	t.Run("the order of services and the names of others change nothing", func(t *testing.T) {
		second.Replace("BUILD.bazel", `        ":item_service",
        ":stock_service",`, `        ":stock_service",
        ":item_service",`)
		second.Write("other/BUILD.bazel", `filegroup(name = "renamed")`)
		checkHits(t, build(second), 0)
		compare(t, outputs(t, second), want)
	})
	t.Run("damaged entries are built again", func(t *testing.T) {
		damaged := damage(t, server, ran)
		second.MustBazel("clean")
		checkRan(t, build(second), damaged)
		compare(t, outputs(t, second), want)
	})
	t.Run("without the server Bazel builds by itself", func(t *testing.T) {
		server.stop()
		second.Replace("item/main.go", `common.Log("item")`, `common.Log("other item")`)
		checkCommands(t, build(second), map[string][]string{
			// The main function is inlined where it is called.
			"GoCompilePkg": {"item_service.ns/item~example.com~shop~item.a", "shop.main/main.a"},
			"GoLink":       {"shop_/shop"},
		})
		if got := outputs(t, second); got["/bazel-bin/shop_/shop"] == want["/bazel-bin/shop_/shop"] {
			t.Error("the binary is the old one")
		}
	})
}

func checkHits(t *testing.T, spawns []bazeltest.Spawn, atLeast int) {
	t.Helper()
	if len(spawns) < atLeast {
		t.Errorf("%d commands are in the log, want %d", len(spawns), atLeast)
	}
	for _, s := range spawns {
		if !s.CacheHit {
			t.Errorf("%s of %s ran: %s", s.Mnemonic, s.TargetLabel, s.Output())
		}
	}
}
