// Package fork merges services whose framework is not one that the adapter was
// made for.
package fork

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func newWorkspace(t *testing.T) *bazeltest.Workspace {
	t.Helper()
	archive, err := txtar.ParseFile("fork.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return bazeltest.New(t, "fork", archive)
}

// hook is an entry of the manifest's hooks.
type hook struct {
	Package, Role, Module, Version string
	Hooked                         bool
	Reasons                        []string
	Effect                         string
}

// manifest is what the manifest has of hooks and links.
type manifest struct {
	Services []struct {
		Name  string
		Hooks []hook
	}
	Links []struct {
		Methods []struct {
			Name, Reason string
			Inline       bool
		}
	}
}

// build builds the merged binary with its manifest, and returns what Bazel said.
func build(t *testing.T, w *bazeltest.Workspace) (m manifest, stderr string) {
	t.Helper()
	// From a disk cache Bazel takes only what was asked for, and the tests read
	// files in between.
	_, stderr, code := w.Bazel("build", "//:shop", "--output_groups=+manifest", "--remote_download_outputs=all")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	if err := json.Unmarshal([]byte(w.Read("bazel-bin/shop.manifest.json")), &m); err != nil {
		t.Fatal(err)
	}
	return m, stderr
}

// run runs the merged binary with an address for stock, and returns its output.
func run(t *testing.T, w *bazeltest.Workspace) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(w.Dir, "bazel-bin", "shop_", "shop"))
	cmd.Env = append(os.Environ(), "STOCK_ADDR="+bazeltest.FreeAddresses(t, 1)[0])
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

const misfit = "the adapter does not fit the service's Kitex v0.9.1-fork.2; it is tested with v0.10.3 to v0.16.3"

func TestForkStaysRPC(t *testing.T) {
	w := newWorkspace(t)
	m, stderr := build(t, w)

	// What the build prints: each hook of each service, once.
	for warning, count := range map[string]int{
		"WARNING: service item: " + misfit + ": its calls stay RPCs\n":                                                                              1,
		"WARNING: service stock: " + misfit + ": its calls stay RPCs\n":                                                                             1,
		"WARNING: service item: " + misfit + ": calls of it stay RPCs\n":                                                                            1,
		"WARNING: service stock: " + misfit + ": calls of it stay RPCs\n":                                                                           1,
		"\tgithub.com/cloudwego/kitex/client: it does not import github.com/cloudwego/kitex/pkg/acl, which the adapter needs\n":                     2,
		"\tgithub.com/cloudwego/netpoll: listener.go:15: ln.pconn undefined (type *listener has no field or method pconn)\n":                        2,
		"WARNING: service stock: the adapter does not fit the service's netpoll; it is tested with v0.6.1 to v0.7.2: when one of its servers stops": 1,
	} {
		if got := strings.Count(stderr, warning); got != count {
			t.Errorf("%d times, want %d: %s", got, count, warning)
		}
	}
	if strings.Contains(stderr, "go_merge_") {
		t.Error("the added files show")
	}
	if t.Failed() {
		t.Log(stderr)
	}

	// What the manifest has.
	if len(m.Services) != 2 {
		t.Fatalf("services %+v", m.Services)
	}
	for _, s := range m.Services {
		var roles []string
		for _, h := range s.Hooks {
			roles = append(roles, h.Role)
			if h.Hooked || len(h.Reasons) == 0 || h.Effect == "" {
				t.Errorf("%s: hook %+v", s.Name, h)
			}
			if h.Role != "" && (h.Package != "github.com/cloudwego/kitex/"+h.Role || h.Module != "Kitex" || h.Version != "v0.9.1-fork.2") {
				t.Errorf("%s: hook %+v", s.Name, h)
			}
		}
		if slices.Sort(roles); !slices.Equal(roles, []string{"", "client", "server"}) {
			t.Errorf("%s: hooks of %q", s.Name, roles)
		}
	}
	if len(m.Links) != 1 || len(m.Links[0].Methods) != 1 {
		t.Fatalf("links %+v", m.Links)
	}
	if method := m.Links[0].Methods[0]; method.Name != "Take" || method.Inline || method.Reason != `service "item": `+misfit {
		t.Errorf("method %+v", method)
	}

	// What the services do.
	if got := run(t, w); !strings.HasSuffix(got, output) {
		t.Errorf("printed %q, want the end %q", got, output)
	}
}

// output is what the merged binary prints, but for the time of the log's line.
const output = " rules_go_merge: service item starts without waiting for stock, whose server does not report when it serves\ntook a lamp <nil>\n"

// TestVendoredPackageIsHooked has one of the hooked packages fit, which the
// adapter knows by its import path.
func TestVendoredPackageIsHooked(t *testing.T) {
	w := newWorkspace(t)
	const file = "vendor/github.com/cloudwego/netpoll/listener.go"
	w.Write(file, strings.Replace(w.Read(file), "file *os.File", "file *os.File\n\tpconn net.PacketConn", 1))
	m, stderr := build(t, w)
	if strings.Contains(stderr, "service's netpoll") {
		t.Errorf("a warning of netpoll in\n%s", stderr)
	}
	hooked := 0
	for _, s := range m.Services {
		for _, h := range s.Hooks {
			if h.Module == "netpoll" && h.Package == "github.com/cloudwego/netpoll" && h.Hooked {
				hooked++
			}
		}
	}
	if hooked != 2 {
		t.Errorf("netpoll is hooked in %d services of 2", hooked)
	}
	for _, service := range []string{"item", "stock"} {
		copy := fmt.Sprintf("bazel-bin/%s_service.ns/example.com/shop/vendor/github.com/cloudwego/netpoll/go_merge_listener.go", service)
		if text := w.Read(copy); !strings.Contains(text, "ln.pconn.Close()") {
			t.Errorf("%s:\n%s", copy, text)
		}
	}
	if got := run(t, w); !strings.HasSuffix(got, output) {
		t.Errorf("printed %q, want the end %q", got, output)
	}
}

// TestForkThatShouldNotListen: a server that is not hooked binds its address.
func TestForkThatShouldNotListen(t *testing.T) {
	w := newWorkspace(t)
	w.Write("BUILD.bazel", strings.Replace(w.Read("BUILD.bazel"), `binary = "//stock",`, `binary = "//stock", listen = False,`, 1))
	_, stderr, code := w.Bazel("build", "//:shop")
	for _, want := range []string{
		misfit,
		"\tgithub.com/cloudwego/kitex/server: it does not import github.com/bytedance/gopkg/cloud/metainfo, which the adapter needs\n",
		"//:stock_service: with `listen = False` it would bind its addresses anyway, or be out of reach; set `listen = True`\n",
	} {
		if code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d and no %q in\n%s", code, want, stderr)
		}
	}
}
