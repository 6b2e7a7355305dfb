package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/repotest"
)

// fleetSize is a fleet for the benchmark and its test.
type fleetSize struct {
	services, binaries, commits, releases int
}

// writeFleet makes a workspace with a Git history and the manifests of merged
// binaries, built at several commits. Few services are in many binaries, and most in
// one, as callees are that all others need. It returns the folder, and how many
// services are embedded in all.
func writeFleet(tb testing.TB, size fleetSize) (dir string, embedded int) {
	tb.Helper()
	g := repotest.NewGit(tb)
	random := rand.New(rand.NewPCG(1, 2))
	var stream bytes.Buffer
	blob := func(path, text string) {
		fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
	}
	for i := range size.commits {
		fmt.Fprintf(&stream, "commit refs/heads/main\nmark :%d\ncommitter a <a@example.com> %d +0000\ndata 2\nx\n\n", i+1, 1790000000+3600*i)
		if i == 0 {
			for s := range size.services {
				blob(service(s)+"/BUILD.bazel", fmt.Sprintf("go_merge_service(\n    name = \"s%d_service\",\n    binary = \":s%[1]d\",\n    version = \"v1.%d.0\",\n)\n", s, s%7))
			}
			continue
		}
		for range 3 {
			blob(service(random.IntN(size.services))+"/main.go", fmt.Sprint("// ", i))
		}
	}
	importStream(tb, g, &stream)
	g.Run("reset", "-q", "--hard", "main")
	hashes := strings.Fields(g.Run("rev-list", "--reverse", "main"))
	zipf := rand.NewZipf(random, 1.3, 4, uint64(size.services-1))
	if err := os.Mkdir(filepath.Join(g.Dir, "built"), 0o777); err != nil {
		tb.Fatal(err)
	}
	next := 0
	for b := range size.binaries {
		chosen := map[int]bool{}
		for ; next < size.services*(b+1)/size.binaries; next++ {
			chosen[next] = true
		}
		for range 3 {
			chosen[int(zipf.Uint64())] = true
		}
		var services []string
		revision := hashes[(b%size.releases)*len(hashes)/size.releases]
		for s := range chosen {
			var folders []string
			for f := range 40 {
				folders = append(folders, fmt.Sprintf(`"libs/group%d/lib%d"`, f%5, f))
			}
			services = append(services, fmt.Sprintf(`{"name": "s%d", "namespace": "s%[1]d", "label": "//%[2]s:s%[1]d_service", "binary": "//%[2]s:s%[1]d", "version": "v1.%[3]d.0", "revision": %[4]q, "digest": "%064[5]x", "folders": [%[6]s, %[2]q]}`,
				s, service(s), s%7, revision, s*1000+b%3, strings.Join(folders, ", ")))
		}
		embedded += len(services)
		text := fmt.Sprintf(`{"name": "b%d", "label": "//bin:b%[1]d", "services": [%s], "links": []}`, b, strings.Join(services, ",\n"))
		if err := os.WriteFile(filepath.Join(g.Dir, "built", fmt.Sprintf("b%d.versions.json", b)), []byte(text), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
	return g.Dir, embedded
}

// service returns the folder of a service.
func service(s int) string { return fmt.Sprintf("group%d/s%d", s/100, s) }

// importStream makes commits of a stream for git fast-import.
func importStream(tb testing.TB, g *repotest.Git, stream *bytes.Buffer) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "stream")
	if err := os.WriteFile(file, stream.Bytes(), 0o666); err != nil {
		tb.Fatal(err)
	}
	g.RunFrom(file, "fast-import", "--quiet")
}

// runFleet runs mergectl versions once.
func runFleet(tb testing.TB, dir, format string, out io.Writer) {
	tb.Helper()
	cmd := command()
	cmd.SetOut(out)
	cmd.SetArgs([]string{"versions", "--repository=" + dir, "--manifests=" + filepath.Join(dir, "built"), "--now=2026-12-31", "--format=" + format})
	if err := cmd.Execute(); err != nil {
		tb.Fatal(err)
	}
}

// TestVersionsFleet counts what a small fleet of the benchmark's kind has.
func TestVersionsFleet(t *testing.T) {
	size := fleetSize{services: 50, binaries: 20, commits: 30, releases: 5}
	dir, embedded := writeFleet(t, size)
	var out bytes.Buffer
	runFleet(t, dir, "table", &out)
	table, rest, _ := strings.Cut(out.String(), "\n\n")
	if rows := strings.Count(table, "\n"); rows != embedded || embedded < 80 {
		t.Errorf("there are %d rows, want %d", rows, embedded)
	}
	if want := "50 services in 20 merged binaries; the sources are at "; !strings.HasPrefix(rest, want) || strings.Contains(rest, "?") || !strings.Contains(rest, "different code: ") {
		t.Errorf("the table ends with\n%s", rest)
	}
}

// BenchmarkVersions has the largest fleet that mergectl versions is made for.
func BenchmarkVersions(b *testing.B) {
	size := fleetSize{services: 5000, binaries: 2000, commits: 2000, releases: 60}
	dir, embedded := writeFleet(b, size)
	for _, format := range []string{"table", "json"} {
		b.Run(format, func(b *testing.B) {
			before, runs := processorTime(b), 0
			for b.Loop() {
				runFleet(b, dir, format, io.Discard)
				runs++
			}
			// Of git, too: on a busy machine, the time that passes says little.
			b.ReportMetric((processorTime(b)-before)/float64(runs), "CPU-s/op")
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			b.ReportMetric(float64(stats.Sys)/1e6, "MB-from-system")
			b.ReportMetric(float64(embedded), "rows")
		})
	}
}

// processorTime returns the seconds that this process and those that it has run have
// used of processors.
func processorTime(b *testing.B) float64 {
	sum := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			b.Fatal(err)
		}
		for _, t := range []syscall.Timeval{usage.Utime, usage.Stime} {
			sum += float64(t.Sec) + float64(t.Usec)/1e6
		}
	}
	return sum
}
