package bench_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/bench/report"
)

var (
	calls    = flag.String("calls", "", "runfile of the command calls")
	affinity = flag.String("affinity", "", "runfile of the command affinity")
	binaries = map[string]*string{
		"callee": flag.String("callee", "", "runfile"),
		"caller": flag.String("caller", "", "runfile"),
		"grpc":   flag.String("grpc", "", "runfile"),
		"kitex":  flag.String("kitex", "", "runfile"),
		"load":   flag.String("load", "", "runfile"),
		"merged": flag.String("merged", "", "runfile"),
		"shared": flag.String("shared", "", "runfile"),

		"merged-grpc": flag.String("merged-grpc", "", "runfile"),
	}
)

// What the sections of docs/performance.md have to have, as regular
// expressions of lines.
var (
	cell = `[\d.]+ / \d+ / \d+`

	callsLines = []string{
		`!\[.*\]\(performance-calls\.svg\)`,
		`\| ns/op / B/op / allocs/op \| 100B \| 1KB \| 16KB \| nested \|`,
		row("direct call", 4, cell),
		row("direct call, payload copied", 4, cell),
		row("generated client's code over a direct call", 4, cell),
		row("merged, lean, payload copied", 4, cell),
		row("merged, full, payload copied", 4, cell),
		row("merged, lean, payload shared", 4, cell),
		row("merged, full, payload shared", 4, cell),
		row("Kitex NewServiceInlineClient, lean", 4, cell),
		row("Kitex NewServiceInlineClient, full", 4, cell),
		row("Kitex LocalCaller, lean", 4, cell),
		row("Kitex LocalCaller, full", 4, cell),
		row("Kitex over a unix socket, lean", 4, cell),
		row("Kitex over a unix socket, full", 4, cell),
		row("Kitex over TCP, lean", 4, cell),
		row("Kitex over TCP, full", 4, cell),
		row("gRPC over TCP", 4, cell),
		row("gRPC over bufconn", 4, cell),
		row("grpchan in-process, payload copied", 4, cell),
		row("one copy", 4, cell),
		row("one encoding and decoding", 4, cell),
		`\| lean, payload copied: .* \| 100B \| [\d.]+x \| (met|missed) \|`,
		`\| lean, payload shared: at .* \| 100B \| [\d.]+x \| (met|missed) \|`,
		`\| full: at least .* Kitex over TCP \| 100B \| [\d.]+x \| (met|missed) \|`,
		`\| copy: at least .* \| nested \| [\d.]+x \| (met|missed) \|`,
		row("merged, full, payload copied", 5, "yes"), // carries all of it
	}

	// Of what the command writes. The page has them when all rows are measured again.
	writtenLines = []string{
		row("merged, full, cooperative deadline, payload copied", 4, cell),
		row("merged, full, cooperative deadline, payload shared", 4, cell),
		row("merged, full but for the deadline, payload shared", 4, cell),
		`\| ns/op, 100B \| 1 caller \| 2 callers \| 4 callers \| calls per second, 2 against 1 \| calls per second, 4 against 1 \|`,
		`\| merged, lean, payload copied( \| [\d.]+){3}( \| [\d.]+x){2} \|`,
		`\| merged, full, cooperative deadline, payload copied( \| [\d.]+){3}( \| [\d.]+x){2} \|`,
		`\| Kitex LocalCaller, full( \| [\d.]+){3}( \| [\d.]+x){2} \|`,
		`\| full: at least 1.2x .* \| 100B, 4 callers \| [\d.]+x \| (met|missed) \|`,
		`\| full: at least 1.9x .* \| 100B, 2 callers \| [\d.]+x \| (met|missed) \|`,
		`\| full: at most 10 allocations \| 100B \| \d+ \| (met|missed) \|`,
		row("merged, full, cooperative deadline, payload copied", 5, "yes"), // carries all of it
		row("gRPC, merged", 4, cell),
		row("gRPC, merged, cancellable", 4, cell),
		row("gRPC, merged, full", 4, cell),
		row("gRPC, merged, stats handlers", 4, cell),
		row("gRPC, merged, stream by turns", 4, cell),
		row("gRPC, merged, stream pipelined", 4, cell),
		row("gRPC over a unix socket, full", 4, cell),
		row("grpchan in-process, payload copied, stream pipelined", 4, cell),
		`\| gRPC: at least 40x .* \| 100B \| [\d.]+x \| (met|missed) \|`,
		`\| gRPC, stream by turns: faster than grpchan \| nested \| [\d.]+x \| (met|missed) \|`,
	}

	affinityLines = []string{
		`!\[.*\]\(performance-affinity\.svg\)`,
		`\| measured \| separate \| merged \| saved \|`,
		`\| CPU-seconds per million requests \| \d+ \| \d+ \| -?\d+ % \|`,
		`\| latency p50, µs \| \d+ \| \d+ \| -?\d+ % \|`,
		`\| latency p99, µs \| \d+ \| \d+ \| -?\d+ % \|`,
		`\| latency p99.9, µs \| \d+ \| \d+ \| -?\d+ % \|`,
		`\| memory, resident, MB \| [\d.]+ \| [\d.]+ \| -?\d+ % \|`,
		`\| codec \| \d+ \| \d+ \| -?\d+ \|`,
		`\| network \| \d+ \| \d+ \| -?\d+ \|`,
		`\| governance \| \d+ \| \d+ \| -?\d+ \|`,
		`\| all \| \d+ \| \d+ \| -?\d+ \|`,
	}

	// Of what the command writes, as writtenLines are.
	writtenAffinityLines = []string{
		`\| pair \| CPU-s per million requests: separate \| merged \| saved \| p50, µs: separate \| merged \|`,
		`\| services that do nothing \| \d+ \| \d+ \| -?\d+ % \| \d+ \| \d+ \|`,
		`\| the same, cooperative deadline \| \d+ \| \d+ \| -?\d+ % \| \d+ \| \d+ \|`,
		`\| a callee that works for 200µs \| \d+ \| \d+ \| -?\d+ % \| \d+ \| \d+ \|`,
		`\| services that do nothing, half of the CPU busy: \d+ requests per second \| \d+ \| \d+ \| -?\d+ % \| \d+ \| \d+ \|`,
		`\| governance \| \d+ \| \d+ \|`,
		`\| saved if calls between the two took no time \| -?\d+ % \|  \|`,
		`\| CPU time saved: at least 48 % \| strict deadline \| -?\d+ % \| (met|missed) \|`,
		`\| CPU time saved: at least 56 % \| memory shared \| -?\d+ % \| (met|missed) \|`,
	}

	compared    = ` \| [\d.]+ \| [\d.]+ \| [\d.]+x`
	buildsLines = []string{
		`!\[.*\]\(performance-builds-memory\.svg\)`,
		`\| 2 \| 100` + compared + compared + `( \| \d+){4} \|`,
		`\| 32 \| 100` + compared + compared + `( \| \d+){4} \|`,
		`\| 2 \| 5000` + compared + compared + `( \| \d+){4} \|`,
		`\| 32 \| 50 and 40 generated` + compared + compared + `( \| \d+){4} \|`,
		`\| 8 \| 50` + compared + compared + compared + compared + ` \|`,
		`\| GoCompilePkg \| \d+ \| \d+ \|`,
		`\| analysis: .* \| [\d.]+x \| (met|missed) \|`,
		`\| compile actions: .* \| \d+ of \d+ \| met \|`,
		`\| memory: .* \| [\d.]+x \| (met|missed) \|`,
		`\| link: .* \| [\d.]+x \| (met|missed) \|`,
		`\| start-up: .* \| [\d.]+x \| (met|missed) \|`,
	}
)

func row(title string, cells int, cell string) string {
	return `\| ` + regexp.QuoteMeta(title) + strings.Repeat(` \| `+cell, cells) + ` \|`
}

// TestDocument checks docs/performance.md as it is.
func TestDocument(t *testing.T) {
	docs := filepath.Join(root(t), "docs")
	checkSection(t, docs, "calls", callsLines)
	checkSection(t, docs, "affinity", affinityLines)
	checkSection(t, docs, "builds", buildsLines)
}

// TestCalls runs every row a few times. The command itself fails when a call
// of a merged binary falls back to RPC.
func TestCalls(t *testing.T) {
	workspace := newWorkspace(t)
	out := run(t, *calls, workspace, "-count=1", "-benchtime=20x", "-write", "-kitex", "-grpc", "-merged", "-merged-grpc", "-shared")
	for _, want := range []string{"merged, full, payload copied", "copy: at least 3.8x"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	checkSection(t, filepath.Join(workspace, "docs"), "calls", append(writtenLines, callsLines...))
	// payload/conversion.go is an excerpt of what merged calls do.
	if direct, merged := nestedAllocs(t, out, "direct call, payload copied"), nestedAllocs(t, out, "merged, lean, payload copied"); direct > merged {
		t.Errorf("the direct call allocates %d times to copy an order and the merged one %d times: run go generate in payload", direct, merged)
	}
}

// nestedAllocs returns the allocs/op of a row's last cell.
func nestedAllocs(t *testing.T, out, title string) int {
	t.Helper()
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, title) {
			fields := strings.Fields(line)
			n, err := strconv.Atoi(fields[len(fields)-1])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no row %q:\n%s", title, out)
	return 0
}

// TestCallsOfSomeRows runs the rows with a beginning and profiles one.
func TestCallsOfSomeRows(t *testing.T) {
	workspace := newWorkspace(t)
	out := run(t, *calls, workspace, "-count=1", "-benchtime=20x", "-rows=merged*", "-payloads=100B", "-kitex", "-merged")
	if !strings.Contains(out, "merged, lean") || strings.Contains(out, "Kitex over TCP") {
		t.Errorf("rows merged* are:\n%s", out)
	}
	profile := filepath.Join(workspace, "cpu.pprof")
	run(t, *calls, workspace, "-benchtime=20x", "-profile=merged-full", "-kitex", "-merged", profile)
	if info, err := os.Stat(profile); err != nil || info.Size() == 0 {
		t.Errorf("no profile: %v", err)
	}
}

// TestAffinity runs all forms for a moment. The command itself fails when a
// call from the merged caller to the callee falls back to RPC.
func TestAffinity(t *testing.T) {
	workspace := newWorkspace(t)
	run(t, *affinity, workspace, "-count=1", "-rate=400", "-warmup=100ms", "-duration=500ms", "-write", "-callee", "-caller", "-load", "-merged", "-shared")
	checkSection(t, filepath.Join(workspace, "docs"), "affinity", append(writtenAffinityLines, affinityLines...))
}

// runfile returns the path of a file that the test has as data. Outside of
// Bazel it skips the test.
func runfile(t *testing.T, path string) string {
	t.Helper()
	dir := os.Getenv("TEST_SRCDIR")
	if dir == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	return filepath.Join(dir, path)
}

// root returns the root of the source tree.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(runfile(t, os.Getenv("TEST_WORKSPACE")+"/MODULE.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path)
}

// newWorkspace returns a folder with the documentation that the commands write
// to.
func newWorkspace(t *testing.T) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(root(t), "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []report.Section{"calls", "affinity"} {
		if document, err = s.Replace(document, "not written"); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "docs", "performance.md"), document, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a command for the workspace and returns its output. An argument
// that is the name of a binary gets its path.
func run(t *testing.T, command, workspace string, args ...string) string {
	t.Helper()
	for i, arg := range args {
		if binary := binaries[strings.TrimPrefix(arg, "-")]; binary != nil {
			args[i] = arg + "=" + runfile(t, *binary)
		}
	}
	cmd := exec.Command(runfile(t, command), args...)
	cmd.Env = append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+workspace)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", command, err, out, log.String())
	}
	return string(out)
}

func checkSection(t *testing.T, docs string, section report.Section, lines []string) {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(docs, "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := section.Text(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(text) {
			t.Errorf("section %s has no line like %s:\n%s", section, line, text)
		}
	}
	checkXML(t, filepath.Join(docs, "performance-"+string(section)+".svg"))
}

func checkXML(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for decoder := xml.NewDecoder(f); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
	}
}
