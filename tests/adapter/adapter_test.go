// Package adapter uses the rules with a framework that they do not know, whose
// adapter is in another module.
package adapter

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
	"github.com/gomerge/rules_go_merge/internal/admin"
)

func TestAdapter(t *testing.T) {
	source := bazeltest.SourceTree(t)
	dir := bazeltest.Folder(t, "adapter")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(source, "e2e", "adapter"))); err != nil {
		t.Fatal(err)
	}
	w := bazeltest.Open(t, dir, source)
	if out := w.MustBazel("test", "//..."); !strings.Contains(out, "//:inline_test") || !strings.Contains(out, " PASSED in ") {
		t.Errorf("inline_test did not run:\n%s", out)
	}
	w.MustBazel("build", "//:shop", "//:hidden_shop", "//:lonely_shop", "//item", "//stock")

	t.Run("separate", func(t *testing.T) {
		s := newShop(t, w)
		s.start("stock/stock_/stock", "ADDR="+s.stock)
		s.start("item/item_/item", "ADDR="+s.item, "STOCK_ADDR="+s.stock)
		s.answers("/count/lamp", "4", 1)
		s.answers("/fail/lamp", "status: no such article: lamp", 1)
	})
	t.Run("inline", func(t *testing.T) {
		s := newShop(t, w)
		s.merged("shop_/shop", "item")
		s.answers("/count/lamp", "4", 3)
		s.answers("/fail/lamp", "status: no such article: lamp", 2)
		s.counts(map[string]count{"Count": {Inline: 3}, "Fail": {Inline: 2}})
	})
	t.Run("gated", func(t *testing.T) {
		s := newShop(t, w)
		s.merged("shop_/shop", "item", "GO_MERGE_LINKS=item->stock/*/Count off")
		s.answers("/count/lamp", "4", 3)
		s.answers("/fail/lamp", "status: no such article: lamp", 2)
		s.counts(map[string]count{"Count": {RPC: 3}, "Fail": {Inline: 2}})
	})
	t.Run("not listening", func(t *testing.T) {
		s := newShop(t, w)
		s.start("hidden_shop_/hidden_shop", "HIDDEN__ADDR="+s.stock, "ITEM__ADDR="+s.item, "ITEM__STOCK_ADDR="+s.stock)
		s.await(s.item)
		s.answer("/count/lamp", "4", 1)
		if conn, err := net.Dial("tcp", s.stock); err == nil {
			conn.Close()
			t.Error("the service listens")
		}
	})
	t.Run("denied", func(t *testing.T) {
		s := newShop(t, w)
		s.merged("lonely_shop_/lonely_shop", "lonely")
		s.answers("/count/lamp", "permission denied", 1)
	})

	const named = "--@rules_go_merge//merge:adapters=//adapter:named_adapters"
	w.MustBazel("build", named, "//:named_shop")
	t.Run("without a describer", func(t *testing.T) {
		s := newShop(t, w)
		s.named()
		s.answers("/count/lamp", "4", 3)
		s.answers("/fail/lamp", "status: no such article: lamp", 2)
		s.counts(map[string]count{"Count": {Inline: 3}, "Fail": {Inline: 2}})
	})
	t.Run("gated without a describer", func(t *testing.T) {
		s := newShop(t, w)
		s.named("GO_MERGE_LINKS=named_item->named_stock/*/Count off")
		s.answers("/count/lamp", "4", 3)
		s.answers("/fail/lamp", "status: no such article: lamp", 2)
		s.counts(map[string]count{"Count": {RPC: 3}, "Fail": {Inline: 2}})
	})
}

// shop is the two services, as processes or merged.
type shop struct {
	t                  *testing.T
	bin                string
	item, stock, admin string
}

func newShop(t *testing.T, w *bazeltest.Workspace) *shop {
	free := bazeltest.FreeAddresses(t, 2)
	return &shop{t: t, bin: filepath.Join(w.Dir, "bazel-bin"), item: free[0], stock: free[1], admin: filepath.Join(t.TempDir(), "admin")}
}

// start runs a binary until the test ends.
func (s *shop) start(binary string, env ...string) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, binary))
	cmd.Env = append(os.Environ(), env...)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if s.t.Failed() {
			s.t.Logf("%s:\n%s", binary, &log)
		}
	})
}

// merged runs a merged binary, in which service item has a name.
func (s *shop) merged(binary, item string, env ...string) {
	s.t.Helper()
	item = strings.ToUpper(item)
	s.start(binary, append(env, "STOCK__ADDR="+s.stock, item+"__ADDR="+s.item, item+"__STOCK_ADDR="+s.stock, "GO_MERGE_ADMIN_SOCKET="+s.admin)...)
}

// named runs the binary of the services that name what they serve and call.
func (s *shop) named(env ...string) {
	s.t.Helper()
	s.start("named_shop_/named_shop", append(env, "NAMED_STOCK__ADDR="+s.stock, "NAMED_ITEM__ADDR="+s.item, "NAMED_ITEM__STOCK_ADDR="+s.stock, "GO_MERGE_ADMIN_SOCKET="+s.admin)...)
}

// answers waits until both services listen, and asks service item a number of
// times.
func (s *shop) answers(path, want string, times int) {
	s.t.Helper()
	s.await(s.stock)
	s.await(s.item)
	s.answer(path, want, times)
}

func (s *shop) answer(path, want string, times int) {
	s.t.Helper()
	for range times {
		resp, err := http.Get("http://" + s.item + path)
		if err != nil {
			s.t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || strings.TrimSpace(string(got)) != want {
			s.t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
}

// await waits until something listens.
func (s *shop) await(addr string) {
	s.t.Helper()
	var err error
	for range 300 {
		var conn net.Conn
		if conn, err = net.Dial("tcp", addr); err == nil {
			conn.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatal(err)
}

type count struct{ Inline, RPC uint64 }

// counts compares what the merged binary counted.
func (s *shop) counts(want map[string]count) {
	s.t.Helper()
	report, err := admin.NewClient(s.admin).Links()
	if err != nil {
		s.t.Fatal(err)
	}
	got := map[string]count{}
	for _, l := range report.Links {
		if strings.TrimPrefix(l.Caller, "named_") != "item" || strings.TrimPrefix(l.Callee, "named_") != "stock" || l.RPCService != "Stock" {
			s.t.Errorf("link %+v", l)
		}
		got[l.Method] = count{l.Inline, l.RPC}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("counted %v, want %v", got, want)
	}
}
