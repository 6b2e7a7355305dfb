package reproducible

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

const shop = "//:shop"

// onlyStdlibCached keeps every result but the standard library out of caches,
// which rules_go compiles as it does for any binary, and which takes longer
// than all the rest.
const onlyStdlibCached = "--modify_execution_info=^(?!GoStdlib$).*=+no-cache"

// workspace writes the two services to a separate folder, with what the files
// of this folder and e2e/adapter add to them.
func workspace(t *testing.T, name string) *bazeltest.Workspace {
	t.Helper()
	var all txtar.Archive
	for _, env := range []string{"TWO_SERVICES", "SERVICES"} {
		archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv(env)))
		if err != nil {
			t.Fatal(err)
		}
		all.Files = append(all.Files, archive.Files...)
	}
	w := bazeltest.New(t, name, &all)
	framework := filepath.Join(bazeltest.SourceTree(t), "e2e", "adapter")
	for _, dir := range []string{"adapter", "rpc", "item/stockapi", "stock/stockapi"} {
		if err := os.CopyFS(filepath.Join(w.Dir, dir), os.DirFS(filepath.Join(framework, dir))); err != nil {
			t.Fatal(err)
		}
	}
	w.Flags = append(w.Flags, "--incompatible_strict_action_env", "--@rules_go_merge//merge:adapters=//adapter:adapters")
	return w
}

// place is a checkout as somebody has it.
type place struct {
	*bazeltest.Workspace
	name string
}

// newPlace returns a checkout without outputs of earlier runs. What its builds
// write, they write themselves.
func newPlace(t *testing.T, name string) *place {
	t.Helper()
	w := workspace(t, name)
	w.Flags = append(w.Flags, onlyStdlibCached, "--spawn_strategy=sandboxed", "--sandbox_default_allow_network=false",
		"--workspace_status_command="+filepath.Join(w.Dir, "status.sh"))
	return &place{w, filepath.Base(name)}
}

// fresh forgets what earlier runs have left, and makes sure that this one
// leaves nothing.
func (p *place) fresh(t *testing.T) {
	t.Helper()
	p.MustBazel("clean", "--expunge")
	t.Cleanup(func() { p.Bazel("clean", "--expunge") })
}

// elsewhere moves a checkout to another user's machine, as far as that can be:
// another home and output base, and another copy of the rules.
func (p *place) elsewhere(t *testing.T) {
	t.Helper()
	p.Env = []string{"HOME=" + filepath.Join(p.Dir, "home"), "USER=somebody", "LANG=C.UTF-8", "TZ=Asia/Tokyo", "UNUSED_BY_ACTIONS=1"}
	// Modules are inputs, which both may have from one folder.
	for _, name := range []string{"GOMODCACHE", "GOCACHE"} {
		p.Env = append(p.Env, name+"="+goEnv(t, name))
	}
	p.Output = filepath.Join(p.Output, "elsewhere")
	rules := bazeltest.Checkout(t, "rules")
	p.Flags = append(p.Flags, "--override_module=rules_go_merge="+rules.Dir)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("env", "PATH="+bazeltest.Path(), "go", "env", name).Output()
	if err != nil {
		t.Fatalf("go env %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

// status sets the script that Bazel asks for the values of stamps.
func (p *place) status(t *testing.T, version string) {
	t.Helper()
	p.Write("status.sh", "#!/bin/sh\necho STABLE_VERSION "+version+"\necho BUILT at-"+p.name+"\n")
	if err := os.Chmod(filepath.Join(p.Dir, "status.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// build builds the merged binary and returns its outputs by their paths, and
// the commands that it took.
func (p *place) build(t *testing.T, flags ...string) (map[string]string, []bazeltest.Spawn) {
	t.Helper()
	spawns := p.Build(append([]string{shop, "--output_groups=+manifest,+glue"}, flags...)...)
	outputs := map[string]string{}
	for _, pattern := range []string{"shop_/shop", "shop.manifest.json", "shop.glue/*/*.go", "shop.main/main.go"} {
		paths, err := filepath.Glob(filepath.Join(p.Dir, "bazel-bin", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: there is no output %s: %v", p.name, pattern, err)
		}
		for _, path := range paths {
			outputs[strings.TrimPrefix(path, p.Dir)] = p.Read(strings.TrimPrefix(path, p.Dir))
		}
	}
	return outputs, spawns
}
