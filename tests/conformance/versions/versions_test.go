package versions

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/dev/merger"
	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

var (
	only   = flag.String("versions", "", "versions of Kitex to test, such as v0.11.3,v0.13.1 (default: all)")
	oldest = flag.Bool("oldest", false, "test the oldest version of Kitex alone")
)

// leastCases is how many cases there must be in each direction.
const leastCases = 1500

const (
	repository  = "../../.."
	kitexModule = "github.com/cloudwego/kitex"
	// mainPath is the import path of all main packages, as go_binary takes any, so
	// that what depends on it is the same for the programs of one version.
	mainPath = "github.com/gomerge/rules_go_merge/tests/conformance/service/main"
)

// version is a version of a framework.
type version struct {
	framework string // such as v0.16.3
	modfile   string // that requires it, in the services' folder
}

// readVersions returns the versions of a framework's module that the .mod files of the
// services require, the newest last.
func readVersions(t *testing.T, services, module string) []version {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(services, "*.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var versions []version
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mod, err := modfile.ParseLax(file, data, nil)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(mod.Require, func(r *modfile.Require) bool { return r.Mod.Path == module })
		if i < 0 {
			t.Fatalf("%s does not require %s", file, module)
		}
		versions = append(versions, version{mod.Require[i].Mod.Version, filepath.Base(file)})
	}
	slices.SortFunc(versions, func(a, b version) int { return semver.Compare(a.framework, b.framework) })
	return versions
}

// name is the version as a part of a name.
func (v version) name() string { return strings.ReplaceAll(v.framework, ".", "_") }

// programs are the caller and the callee with a version of a framework.
type programs struct {
	version
	caller, callee             string // files
	mergedCaller, mergedCallee *merger.Service
}

// TestVersions runs the cases with each version of Kitex and the newest, in both
// directions.
func TestVersions(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles Kitex many times")
	}
	services, err := filepath.Abs("../service")
	if err != nil {
		t.Fatal(err)
	}
	versions := readVersions(t, services, kitexModule)
	switch {
	case *oldest:
		versions = []version{versions[0], versions[len(versions)-1]}
	case *only != "":
		newest := versions[len(versions)-1].framework
		versions = slices.DeleteFunc(versions, func(v version) bool {
			return v.framework != newest && !slices.Contains(strings.Split(*only, ","), v.framework)
		})
	}
	if len(versions) < 2 {
		t.Fatalf("there is nothing to compare %q with", versions)
	}
	tc, err := merger.NewToolchain(repository, t.TempDir(), "kitex")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("TEST_SRCDIR") == "" {
		generate(t, tc, services)
	}
	lists, b := prepare(t, tc, services, versions)
	compile := func(t *testing.T, v version, namespace string) *programs {
		t.Helper()
		p, err := compile(t, b, services, v, lists[v], namespace)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	newest := compile(t, versions[len(versions)-1], "newest")
	for _, v := range versions[:len(versions)-1] {
		// Packages that older versions have in common are compiled once.
		other := compile(t, v, "older")
		// Cases spend most of their time waiting. They begin when all is compiled.
		t.Run(v.framework+" to "+newest.framework, func(t *testing.T) {
			t.Parallel()
			compare(t, other, newest)
		})
		t.Run(v.framework+" from "+newest.framework, func(t *testing.T) {
			t.Parallel()
			compare(t, newest, other)
		})
	}
}

// TestBounds compares the versions with those that the adapter says it is tested
// with.
func TestBounds(t *testing.T) {
	adapter, err := bzl.Read("../../../merge/adapter/kitex/BUILD.bazel")
	if err != nil {
		t.Fatal(err)
	}
	versions := readVersions(t, "../service", kitexModule)
	first, last := versions[0].framework, versions[len(versions)-1].framework
	if oldest, newest := adapter.Text("OLDEST"), adapter.Text("NEWEST"); oldest != first || newest != last {
		t.Errorf("the adapter says %s to %s, and the suite runs with %s to %s", oldest, newest, first, last)
	}
}

// generate generates the code of the services, which Bazel has as data.
func generate(t *testing.T, tc *merger.Toolchain, services string) {
	t.Helper()
	scripts := filepath.Join(services, "gen")
	folders, err := filepath.Glob(filepath.Join(scripts, "v*"))
	if err != nil || len(folders) < 2 {
		t.Fatalf("folders %q, error %v", folders, err)
	}
	for _, folder := range folders {
		cmd := exec.Command(filepath.Join(scripts, "generate.sh"), filepath.Base(folder))
		cmd.Env = append(os.Environ(), "PATH="+filepath.Join(tc.Root, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
}

// lists are the packages that a caller and a callee consist of.
type lists struct{ caller, callee []*merger.Package }

// prepare lists the packages of all versions, and compiles what they have in
// common.
func prepare(t *testing.T, tc *merger.Toolchain, services string, versions []version) (map[version]lists, *merger.Merger) {
	t.Helper()
	defer startWatch().log(t, "the standard library and the runtime")
	all := make(map[version]lists)
	var packages []*merger.Package
	for _, v := range versions {
		var l lists
		for program, list := range map[string]*[]*merger.Package{"caller": &l.caller, "callee": &l.callee} {
			var err error
			if *list, err = tc.List(services, "-modfile="+v.modfile, "./"+program); err != nil {
				t.Fatal(err)
			}
			packages = append(packages, *list...)
		}
		all[v] = l
	}
	b, err := merger.New(tc, packages)
	if err != nil {
		t.Fatal(err)
	}
	return all, b
}

// compile builds the programs of a version, alone and in a namespace. targets mean the
// callee.
func compile(t *testing.T, b *merger.Merger, services string, v version, packages lists, namespace string, targets ...string) (*programs, error) {
	t.Helper()
	p := &programs{version: v}
	watch := startWatch()
	// Of variables, the services inherit all.
	settings := merger.Settings{EnvInherit: []string{"*"}}
	var err error
	if p.mergedCaller, err = b.Service(merger.Program{Name: namespace, Path: mainPath, Packages: packages.caller, Settings: settings}); err != nil {
		return nil, err
	}
	settings.Listen, settings.Targets = true, targets
	if p.mergedCallee, err = b.Service(merger.Program{Name: namespace, Path: mainPath, Packages: packages.callee, Settings: settings}); err != nil {
		return nil, err
	}
	for _, service := range []*merger.Service{p.mergedCaller, p.mergedCallee} {
		misfits, err := service.Misfits()
		if err != nil {
			return nil, err
		}
		for _, misfit := range misfits {
			t.Error(misfit)
		}
	}
	watch.log(t, v.framework+" in its namespace")
	watch = startWatch()
	folder := b.File("programs") + "/"
	_, err = b.Run(services, "go", "build", "-trimpath", "-ldflags=-s -w", "-modfile="+v.modfile, "-o", folder, "./caller", "./callee")
	p.caller, p.callee = folder+"caller", folder+"callee"
	watch.log(t, v.framework+" as programs")
	return p, err
}

// compare runs a caller and a callee with Kitex as two programs and in one, and that with
// verified calls, and with both kinds of deadlines.
func compare(t *testing.T, caller, callee *programs) {
	watch := startWatch()
	name := caller.name() + "_to_" + callee.name()
	merged, err := caller.mergedCaller.Merge(name, callee.mergedCallee, caller.mergedCaller)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(merged)
	watch.log(t, "merging")
	watch = startWatch()
	pair := suite.Pair{Name: name, Caller: caller.caller, Callee: callee.callee, Merged: merged, CallerKitex: caller.framework, CalleeKitex: callee.framework}
	for _, pair = range pair.Ways() {
		cases, err := suite.Compare(pair)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for _, problem := range suite.Problems(pair, c) {
				t.Errorf("with few options %t: %s", pair.Few, problem)
			}
		}
		if len(cases) < leastCases {
			t.Errorf("%d cases ran, want %d at least", len(cases), leastCases)
		}
		watch.log(t, fmt.Sprint(len(cases), " cases in three ways"))
		watch = startWatch()
	}
	checkVerified(t, pair)
	watch.log(t, "verified calls")
	watch = startWatch()
	if semver.Compare(caller.framework, "v0.13") < 0 {
		return // its deadlines are strict
	}
	differences, err := pair.CompareDeadlines()
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Error(difference)
	}
	watch.log(t, "strict and cooperative deadlines")
}

// leastCompared is how many calls have to be verified and compared.
const leastCompared = 300

// checkVerified checks that verified calls are what they are otherwise, and that both
// their answers are the same.
func checkVerified(t *testing.T, pair suite.Pair) {
	t.Helper()
	differences, compared, err := pair.CompareVerified()
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Errorf("verified: %s", difference)
	}
	if compared < leastCompared {
		t.Errorf("%d calls were verified, want %d at least", compared, leastCompared)
	}
	t.Logf("%d calls were verified", compared)
}

// stopwatch records how long something took, and how long tools were busy with it.
type stopwatch struct {
	start time.Time
	busy  time.Duration
}

func startWatch() stopwatch { return stopwatch{time.Now(), busy()} }

func (w stopwatch) log(t *testing.T, what string) {
	t.Logf("%s: %.1f s, and %.1f s of a core", what, time.Since(w.start).Seconds(), (busy() - w.busy).Seconds())
}

// busy is the time of cores that ended programs have taken.
func busy() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
