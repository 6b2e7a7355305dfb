package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/repotest"
)

// versionsFixture is a workspace with three commits, two merged binaries that
// were built at the first and the second, and the output of one process.
type versionsFixture struct {
	*repotest.Git
	commits []string
}

const (
	stockBuild = `go_merge_service(
    name = "stock_service",
    binary = ":stock",
    version = "%s",
)
`
	versionsManifest = `{"name": "%s", "label": "//:%[1]s", "services": [
  {"name": "stock", "label": "//stock:stock_service", "binary": "//stock:stock", "version": "%s", "revision": "%s", "digest": "%s", "folders": ["idl", "stock"]},
  {"name": "item", "label": "//item:item_service", "binary": "//item:item", "revision": "%[3]s", "digest": "1111111111111111", "folders": ["item"]}
 ], "links": [{"caller": "item", "callee": "stock", "rpc_service": "StockService", "conversions": [
  {"from": "stock/kitex_gen/stock.StockLevel", "to": "item/kitex_gen/stock.StockLevel", "sender_only": ["turnover"]}]}]}`
)

func newVersionsFixture(t *testing.T) *versionsFixture {
	t.Helper()
	f := &versionsFixture{Git: repotest.NewGit(t)}
	commit := func(date string, files map[string]string) {
		f.commits = append(f.commits, f.Commit(date, files))
	}
	commit("2026-11-01", map[string]string{
		"BUILD.bazel":       "go_merged_binary(\n    name = \"shop\",\n    services = [\"//stock:stock_service\", \"//item:item_service\"],\n)\n\ngo_merged_test(\n    name = \"shop_test\",\n    binary = \":shop\",\n)\n",
		"idl/BUILD.bazel":   "# none\n",
		"stock/BUILD.bazel": fmt.Sprintf(stockBuild, "v1.3.0"),
		"stock/main.go":     "package main\n",
		"stock/go.mod":      "module example.com/stock\n\ngo 1.25\n",
		"item/BUILD.bazel":  "go_merge_service(\n    name = \"item_service\",\n    binary = \":item\",\n)\n",
		"item/go.mod":       "module example.com/item\n\ngo 1.25\n\nrequire example.com/stock v1.3.0 // its IDL\n",
		"README.md":         "x\n",
	})
	commit("2026-11-05", map[string]string{"stock/deep/data.txt": "1", "README.md": "y\n"})
	commit("2026-11-20", map[string]string{"stock/BUILD.bazel": fmt.Sprintf(stockBuild, "v1.4.0"), "stock/main.go": "package main // changed\n"})
	f.Write(map[string]string{
		"built/shop.versions.json": fmt.Sprintf(versionsManifest, "shop", "v1.3.0", f.commits[0], "aaaaaaaaaaaaaaaa"),
		"built/cart.versions.json": fmt.Sprintf(versionsManifest, "cart", "v1.3.0", f.commits[1], "bbbbbbbbbbbbbbbb"),
		"reports/host1.json":       `{"binary": "shop", "services": [{"name": "stock", "version": "v1.3.0", "digest": "cccccccccccccccc"}, {"name": "item", "digest": "1111111111111111"}]}`,
	})
	return f
}

// run runs mergectl versions with the fixture, and returns what it prints and its
// exit code. Hashes of commits are C0, C1 and C2.
func (f *versionsFixture) run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	cmd := command()
	cmd.SetOut(&out)
	cmd.SetArgs(append([]string{"versions"}, append(args, "--repository="+f.Dir)...))
	err := cmd.Execute()
	text := out.String()
	if err != nil && !errors.Is(err, errFindings) {
		text += err.Error()
	}
	for i, hash := range f.commits {
		text = strings.ReplaceAll(text, hash, fmt.Sprintf("C%d", i))
		text = strings.ReplaceAll(text, hash[:12], fmt.Sprintf("C%d", i))
	}
	return strings.ReplaceAll(text, f.Dir, "DIR"), statusOf(err)
}

// statusOf is the exit code without the message.
func statusOf(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.As(err, &cannotRun{}):
		return 2
	}
	return 1
}

func (f *versionsFixture) inputs() []string {
	return []string{"--manifests=" + filepath.Join(f.Dir, "built"), "--running=" + filepath.Join(f.Dir, "reports"), "--now=2026-11-25"}
}

// squeeze writes runs of spaces as one.
func squeeze(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestVersionsTable(t *testing.T) {
	f := newVersionsFixture(t)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, `SERVICE BINARY SOURCE BUILT RUNNING BEHIND
item //:cart @C2 111111111111 @C1 - 0
item //:shop @C2 111111111111 @C0 111111111111 0
stock //:cart v1.4.0 @C2 v1.3.0 bbbbbbbbbbbb @C1 - 1 commit, 4 days
stock //:shop v1.4.0 @C2 v1.3.0 aaaaaaaaaaaa @C0 v1.3.0 cccccccccccc 2 commits, 19 days

2 services in 2 merged binaries; the sources are at C2

Skew:
item fields lacks turnover of StockLevel, which stock has, in StockService
item fields lacks turnover of StockLevel, which stock has, in StockService
stock code different code: bbbbbbbbbbbb v1.3.0 in //:cart; aaaaaaaaaaaa v1.3.0 in //:shop
stock label version v1.3.0 is not one code: bbbbbbbbbbbb v1.3.0 in //:cart; aaaaaaaaaaaa v1.3.0 in //:shop
stock running 1 process of //:shop: v1.3.0 cccccccccccc runs, and v1.3.0 aaaaaaaaaaaa was built
`},
		{[]string{"item"}, `SERVICE BINARY SOURCE BUILT RUNNING BEHIND
item //:cart @C2 111111111111 @C1 - 0
item //:shop @C2 111111111111 @C0 111111111111 0

1 service in 2 merged binaries; the sources are at C2

Skew:
item fields lacks turnover of StockLevel, which stock has, in StockService
item fields lacks turnover of StockLevel, which stock has, in StockService
`},
		{[]string{"stock", "--binary=cart", "--head=HEAD~1", "--standalone=stock=HEAD"}, `SERVICE BINARY SOURCE BUILT RUNNING BEHIND
stock //:cart v1.4.0 bbbbbbbbbbbb @C1 v1.3.0 bbbbbbbbbbbb @C1 - 0

1 service in 1 merged binary; the sources are at C1

Skew:
stock code different code: bbbbbbbbbbbb v1.3.0 in //:cart; aaaaaaaaaaaa v1.3.0 in //:shop
stock label version v1.3.0 is not one code: bbbbbbbbbbbb v1.3.0 in //:cart; aaaaaaaaaaaa v1.3.0 in //:shop
stock standalone the one in //:cart at C1 differs from the one deployed alone at C2 by 1 commit, which it lacks
`},
	} {
		got, code := f.run(t, append(f.inputs(), tt.args...)...)
		if code != 0 || squeeze(got) != tt.want {
			t.Errorf("%q: exit code %d, got\n%s\nwant\n%s", tt.args, code, squeeze(got), tt.want)
		}
	}
}

func TestVersionsJSON(t *testing.T) {
	f := newVersionsFixture(t)
	got, code := f.run(t, append(f.inputs(), "stock", "--binary=//:shop", "--format=json")...)
	var report struct {
		Format, Services, Binaries int
		Head                       string
		Rows                       []struct {
			Service, Label, Target, Binary string
			Source, Built                  struct{ Version, Revision, Digest string }
			Running                        []struct {
				Digest  string
				Reports []string
			}
			Behind struct{ Commits, Days int }
		}
		Skew []struct{ Kind string }
	}
	if err := json.Unmarshal([]byte(got), &report); err != nil || code != 0 {
		t.Fatalf("%v, exit code %d: %s", err, code, got)
	}
	row := report.Rows[0]
	if report.Format != 1 || report.Services != 1 || report.Head != "C2" || len(report.Rows) != 1 || len(report.Skew) != 3 ||
		row.Label != "//stock:stock_service" || row.Built.Revision != "C0" || row.Source.Version != "v1.4.0" ||
		row.Running[0].Digest != "cccccccccccccccc" || row.Running[0].Reports[0] != "DIR/reports/host1.json" || row.Behind.Commits != 2 || row.Behind.Days != 19 {
		t.Errorf("got %s", got)
	}
}

func TestVersionsErrors(t *testing.T) {
	f := newVersionsFixture(t)
	manifests := "--manifests=" + filepath.Join(f.Dir, "built")
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "there is no DIR/bazel-bin; run bazel build //... --output_groups=versions"},
		{[]string{"--manifests=" + filepath.Join(f.Dir, "item")}, 2, "has no *.versions.json or *.manifest.json"},
		{[]string{manifests, "nothing"}, 1, "no manifest has a service nothing"},
		{[]string{manifests, "--binary=nothing"}, 1, "no manifest is of the merged binary nothing; there are //:cart, //:shop"},
		{[]string{manifests, "--head=nothing"}, 2, "nothing is not a commit of the repository DIR"},
		{[]string{manifests, "--now=today"}, 1, "want a date such as 2026-12-31"},
		{[]string{manifests, "--standalone=stock"}, 1, "want SERVICE=COMMIT"},
		{[]string{manifests, "--standalone=nothing=HEAD"}, 2, "no manifest has the service nothing, which is said to be deployed alone"},
		{[]string{manifests, "--format=xml"}, 1, "want table or json"},
	} {
		if got, code := f.run(t, tt.args...); code != tt.code || !strings.Contains(got, tt.want) {
			t.Errorf("%q: exit code %d, want %d; got %s, want %s", tt.args, code, tt.code, got, tt.want)
		}
	}
}

// TestVersionsUnknown has manifests of builds without stamps.
func TestVersionsUnknown(t *testing.T) {
	f := newVersionsFixture(t)
	name := filepath.Join(f.Dir, "built/shop.versions.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.ReplaceAll(data, []byte(f.commits[0]), nil), 0o666); err != nil {
		t.Fatal(err)
	}
	got, _ := f.run(t, append(f.inputs(), "--binary=shop")...)
	if !strings.Contains(squeeze(got), "stock //:shop v1.4.0 v1.3.0 aaaaaaaaaaaa v1.3.0 cccccccccccc ?\n") || !strings.Contains(got, "? DIR/built/shop.versions.json has no revision; build it with --stamp") {
		t.Errorf("without a revision:\n%s", got)
	}
	got, _ = f.run(t, append(f.inputs(), "--binary=shop", "--at=HEAD~2")...)
	if !strings.Contains(squeeze(got), "@C0 v1.3.0 cccccccccccc 2 commits, 19 days\n") {
		t.Errorf("with --at:\n%s", got)
	}
}

// TestVersionsOfAProcess asks a process, by its socket and by its binary.
func TestVersionsOfAProcess(t *testing.T) {
	m := start(t)
	file := filepath.Join(t.TempDir(), "shop.versions.json")
	if err := os.WriteFile(file, []byte(`{"name": "shop", "label": "//:shop", "services": [{"name": "item", "version": "1.4.1", "digest": "0a1b0a1b"}]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	processes := []string{m.socket}
	if runtime.GOOS == "linux" {
		processes = append(processes, m.binary)
	}
	f := newVersionsFixture(t)
	for _, process := range processes {
		got, code := f.run(t, "--manifests="+file, "--running="+process)
		const row, skew = "item //:shop - 1.4.1 0a1b0a1b 1.4.2 0a1b @c0ffee ?\n", "item running 1 process of //:shop: 1.4.2 0a1b runs, and 1.4.1 0a1b0a1b was built\n"
		if code != 0 || !strings.Contains(squeeze(got), row) || !strings.Contains(squeeze(got), skew) {
			t.Errorf("%s: exit code %d, got\n%s", process, code, squeeze(got))
		}
	}
}

// TestVersionsAloneFromElsewhere has merged binaries of one service alone that were
// built from commits that are not in the repository: the others are still shown.
func TestVersionsAloneFromElsewhere(t *testing.T) {
	f := newVersionsFixture(t)
	const manifest = `{"name": %q, "label": "//:%[1]s", "services": [{"name": %q, "revision": %q, "digest": "dd", "folders": [%s]}]}`
	const gone = "0123456789012345678901234567890123456789"
	f.Write(map[string]string{
		"built/user.versions.json":  fmt.Sprintf(manifest, "user", "user", "v1.4.0", ""),
		"built/stock.versions.json": fmt.Sprintf(manifest, "stock", "stock", gone, `"stock"`),
	})
	got, code := f.run(t, f.inputs()...)
	for _, want := range []string{
		"stock //:shop v1.4.0 @C2 v1.3.0 aaaaaaaaaaaa @C0 v1.3.0 cccccccccccc 2 commits, 19 days\n",
		"user //:user - dd @v1.4.0 - ?\n",
		"stock //:stock - dd @012345678901 - ?\n",
		"stock standalone how far it differs from the one deployed alone is not known, since " + gone + " is not a commit of the repository DIR; fetch it, or write another by --standalone\n",
	} {
		if code != 0 || strings.Count(squeeze(got), want) != 1 {
			t.Errorf("exit code %d, got\n%s\nwithout\n%s", code, squeeze(got), want)
		}
	}
	// One that is asked for has to be there.
	if got, code := f.run(t, append(f.inputs(), "--standalone=stock="+gone)...); code != 2 || !strings.Contains(got, gone+" is not a commit of the repository DIR") {
		t.Errorf("exit code %d, got %s", code, got)
	}
	// A merged binary from elsewhere does not keep the others from being compared.
	got, code = f.run(t, append(f.inputs(), "--standalone=stock=HEAD")...)
	for _, want := range []string{
		"stock standalone the one in //:shop at C0 differs from the one deployed alone at C2 by 2 commits, which it lacks\n",
		"stock standalone how far the one in //:stock differs from the one deployed alone is not known: revision " + gone,
	} {
		if code != 0 || strings.Count(squeeze(got), want) != 1 {
			t.Errorf("exit code %d, got\n%s\nwithout\n%s", code, squeeze(got), want)
		}
	}
}

// TestVersionsFieldsOfTheStandalone has an IDL that changes between the build of a merged
// binary and the service that is deployed alone.
func TestVersionsFieldsOfTheStandalone(t *testing.T) {
	f := newVersionsFixture(t)
	const level = "package gen\n\ntype StockLevel struct {\n\tItemId string `thrift:\"item_id,1\"`\n%s}\n"
	const label, turnover = "\tLabel string `thrift:\"label,2\"`\n", "\tTurnover *float64 `thrift:\"turnover,12,optional\"`\n"
	first := f.Commit("2026-11-21", map[string]string{
		"stock/gen/BUILD.bazel": "# none\n", "stock/gen/stock.go": fmt.Sprintf(level, label), "other/BUILD.bazel": "# none\n", "other/other.go": fmt.Sprintf(level, ""),
	})
	f.Commit("2026-11-22", map[string]string{"stock/gen/stock.go": fmt.Sprintf(level, turnover), "other/other.go": fmt.Sprintf(level, turnover), "stock/gen/stock_test.go": "x"})
	f.Write(map[string]string{"now/shop.versions.json": `{"name": "shop", "label": "//:shop", "services": [{"name": "stock", "binary": "//stock:stock", "digest": "dd", "revision": "` + first + `", "folders": ["stock", "stock/gen"]}]}`})
	args := []string{"--manifests=" + filepath.Join(f.Dir, "now"), "--standalone=stock=HEAD"}
	got, code := f.run(t, args...)
	_, skew, _ := strings.Cut(squeeze(got), "Skew:\n")
	head := f.Run("rev-parse", "HEAD")
	for at, name := range map[string]string{first: "EMBEDDED", head: "ALONE"} {
		skew = strings.ReplaceAll(skew, at[:12], name)
	}
	const want = `stock standalone the one in //:shop at EMBEDDED differs from the one deployed alone at ALONE by 1 commit, which it lacks
stock fields the one in //:shop at EMBEDDED lacks turnover of StockLevel, which the one deployed alone at ALONE has
stock fields the one deployed alone at ALONE lacks label of StockLevel, which the one in //:shop at EMBEDDED has
`
	if code != 0 || skew != want {
		t.Errorf("exit code %d, got\n%s\nwant\n%s", code, skew, want)
	}
	f.Commit("2026-11-23", map[string]string{"stock/gen/stock.go": "package gen // thrift:\"\n\nfunc {\n"})
	got, code = f.run(t, args...)
	if want := "lack is not known: " + f.Run("rev-parse", "HEAD")[:12] + ": stock/gen/stock.go:3:6: expected 'IDENT'"; code != 0 || !strings.Contains(squeeze(got), want) {
		t.Errorf("exit code %d, got\n%s\nwithout\n%s", code, got, want)
	}
}

// TestVersionsWithoutGit says why there are no commits to count.
func TestVersionsWithoutGit(t *testing.T) {
	f := newVersionsFixture(t)
	t.Setenv("GIT_CEILING_DIRECTORIES", "/")
	if err := os.RemoveAll(filepath.Join(f.Dir, ".git")); err != nil {
		t.Fatal(err)
	}
	got, code := f.run(t, f.inputs()...)
	if want := "? there is no Git repository to count commits in: git rev-parse in DIR: fatal: not a git repository"; code != 0 || strings.Count(got, want) != 1 {
		t.Errorf("exit code %d, got\n%s\nwithout %s", code, got, want)
	}
}
