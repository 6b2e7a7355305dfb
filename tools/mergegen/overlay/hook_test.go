package overlay_test

import (
	"errors"
	"go/build"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/typecheck"
)

// hooked returns the overlay of a package rpc with a hook, and a function that
// reads the copies after it has run.
func hooked(t *testing.T, source string) (overlay.Config, func(name string) string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"client.go":  source,
		"adapter.go": "package rpc\n\nconst service = \"@SERVICE@\"\n\nfunc New() *client { return old() }\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	ns, err := overlay.ParseNamespace("ns", strings.NewReader("example.com/rpc/v2\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := overlay.Config{
		Service: "item", ImportMap: "example.com/rpc/v2", Namespace: ns,
		Sources: []overlay.File{{In: "client.go", Out: "out/client.go"}},
		Adds:    []overlay.File{{In: "adapter.go", Out: "out/go_merge_adapter.go"}},
		Renames: []overlay.Rename{{From: "New", To: "old"}},
		Hook: &overlay.Hook{
			Report: hook.Report{Service: "item", Package: "example.com/rpc/v2", Module: "RPC", First: "v1.0.0", Last: "v1.9.0", Effect: "its calls stay RPCs"},
			Check:  typecheck.Config{Path: "ns/example.com/rpc/v2", Context: build.Default, Std: std(t)}.Check,
		},
	}
	return c, func(name string) string {
		data, err := os.ReadFile(filepath.Join("out", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
}

// std returns the folder of a standard library without packages.
func std(t *testing.T) string {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, runtime.GOOS+"_"+runtime.GOARCH), 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

const rpcClient = "package rpc\n\ntype client struct{}\n\nfunc New() *client { return nil }\n"

func TestHookFits(t *testing.T) {
	c, read := hooked(t, rpcClient)
	changes, err := overlay.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Hook.Report; !r.Hooked || len(r.Reasons) > 0 || r.Effect != "" {
		t.Errorf("report %+v", r)
	}
	if text := read("go_merge_adapter.go"); !strings.Contains(text, `service = "item"`) {
		t.Errorf("added file:\n%s", text)
	}
	if text := read("client.go"); !strings.Contains(text, "func old") || len(changes) != 2 {
		t.Errorf("copy:\n%s\nchanges %v", text, changes)
	}
}

// TestHookDoesNotFit has packages that differ from what the adapter needs: the
// overlay leaves them as they are, and says what is missing.
func TestHookDoesNotFit(t *testing.T) {
	for _, test := range []struct {
		name, source string
		missing      []string
		want         []string
	}{
		{
			name:   "hooked function missing",
			source: strings.ReplaceAll(rpcClient, "New", "NewClient"),
			want:   []string{"it does not declare func New"},
		},
		{
			name:   "unexported type renamed",
			source: strings.ReplaceAll(rpcClient, "client struct", "caller struct"),
			want:   []string{"client.go:5: undefined: client", "adapter.go:5: undefined: client"},
		},
		{
			name:   "signature changed",
			source: strings.ReplaceAll(rpcClient, "New()", "New(name string)"),
			want:   []string{"adapter.go:5: not enough arguments in call to old; have (); want (string)"},
		},
		{
			name:   "use of the function does not compile any more",
			source: strings.ReplaceAll(rpcClient, "New()", "New(names ...string)") + "\nvar Default = New(\"x\")\n",
			want:   []string{"client.go:7: too many arguments in call to New; have (string); want ()"},
		},
		{
			name:    "import missing",
			source:  rpcClient,
			missing: []string{"example.com/wire"},
			want:    []string{"it does not import example.com/wire, which the adapter needs"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, read := hooked(t, test.source)
			c.Hook.MissingImports = test.missing
			changes, err := overlay.Run(c)
			if err != nil {
				t.Fatal(err)
			}
			r := c.Hook.Report
			if r.Hooked || !slices.Equal(r.Reasons, test.want) || r.Effect != "its calls stay RPCs" {
				t.Errorf("report %+v\nwant reasons %q", r, test.want)
			}
			if text := read("client.go"); text != "//line client.go:1:1\n"+test.source || len(changes) > 0 {
				t.Errorf("copy:\n%s\nchanges %v", text, changes)
			}
			if text := read("go_merge_adapter.go"); text != "package rpc\n" {
				t.Errorf("added file:\n%s", text)
			}

			// Nothing is written if the service cannot do without.
			c, _ = hooked(t, test.source)
			c.Hook.MissingImports = test.missing
			c.Hook.Required = "set `listen = True`"
			_, err = overlay.Run(c)
			if err == nil || !strings.Contains(err.Error(), test.want[0]) || !strings.HasSuffix(err.Error(), "\nset `listen = True`") {
				t.Errorf("required: error %v", err)
			}
			if _, err := os.Stat("out"); err == nil {
				t.Error("required: something was written")
			}
		})
	}
}

func TestHookReasonsAreBounded(t *testing.T) {
	c, _ := hooked(t, strings.ReplaceAll(rpcClient, "New()", "New(names ...string)")+strings.Repeat("var _ = New(\"x\")\n", 12))
	if _, err := overlay.Run(c); err != nil {
		t.Fatal(err)
	}
	r := c.Hook.Report.Reasons
	if len(r) != 11 || r[9] != "client.go:15: too many arguments in call to New; have (string); want ()" || r[10] != "and 2 more" {
		t.Errorf("%d reasons: %q", len(r), r)
	}
}

func TestHookCannotBeChecked(t *testing.T) {
	c, _ := hooked(t, rpcClient)
	c.Hook.Check = func([]typecheck.File) ([]string, error) { return nil, errors.New("export data of another Go") }
	_, err := overlay.Run(c)
	if err == nil || err.Error() != "overlay of package example.com/rpc/v2 for service item: whether the adapter fits: export data of another Go" {
		t.Errorf("error %v", err)
	}
}
