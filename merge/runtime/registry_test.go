package runtime

import (
	"bytes"
	"strings"
	"testing"
)

// TestRunRefuses starts binaries in a state that nobody asked for.
func TestRunRefuses(t *testing.T) {
	for _, tt := range []struct{ name, variable, value, want string }{
		{"a rule that does not parse", "GO_MERGE_LINKS", "item->stock",
			`GO_MERGE_LINKS: "item->stock" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`},
		{"an unknown link", "GO_MERGE_LINKS", "item->mail on",
			"GO_MERGE_LINKS: item->mail: this binary has no such link; it has item->stock"},
		{"a socket that cannot be", "GO_MERGE_ADMIN_SOCKET", "/dev/null/admin",
			"GO_MERGE_ADMIN_SOCKET: lstat /dev/null/admin: not a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(new(bytes.Buffer))
			r.links.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": get}})
			began := false
			_, err := r.run(Binary{Services: []Service{{Name: "item", Main: func() { began = true }}}}, func(name string) string {
				if name == tt.variable {
					return tt.value
				}
				return ""
			})
			if err == nil || err.Error() != tt.want {
				t.Errorf("%v, want\n%s", err, tt.want)
			}
			if began {
				t.Error("a service began")
			}
		})
	}
}

// TestRunWarns has a rule of the environment for calls of a service that does not
// listen.
func TestRunWarns(t *testing.T) {
	var out bytes.Buffer
	done := make(chan struct{})
	defer close(done)
	r := newRegistry(&out)
	r.links.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": get}})
	b := Binary{SignalViews: true, Services: []Service{
		{Name: "item", Listen: true, Main: func() { r.services.Exit("item", 3) }},
		{Name: "stock", KeepOthers: true, Main: func() { <-done }},
	}}
	code, err := r.run(b, func(name string) string {
		if name == "GO_MERGE_LINKS" {
			return "kill on"
		}
		return ""
	})
	if err != nil || code != 3 {
		t.Errorf("exit code %d, %v", code, err)
	}
	want := "rules_go_merge: links: GO_MERGE_LINKS: RPCs of item->stock fail unless another process serves them: listen is False for stock\n"
	if strings.Count(out.String(), want) != 1 {
		t.Errorf("logged %q, want %q", &out, want)
	}
}

// TestRun runs a service by itself, and says in the log what calls it cannot make
// inline.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	r := newRegistry(&out)
	r.links.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": get}})
	code, err := r.run(Binary{SignalViews: true, Services: []Service{{Name: "item", Main: func() {
		r.links.NewClient("item", "StockService", "stock").Bind("Get")
		r.services.Exit("item", 3)
	}}}}, func(string) string { return "" })
	if err != nil || code != 3 {
		t.Errorf("exit code %d, %v", code, err)
	}
	if want := "rules_go_merge: item->stock/StockService by RPC: the callee does not run\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("logged %q, want %q", &out, want)
	}
}
