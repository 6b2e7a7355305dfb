package versions

import (
	"encoding/json"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/dev/merger"
)

const (
	repository = "../../.."
	module     = "github.com/gomerge/rules_go_merge"
)

// The programs that services are made of, by their folders, and the packages with
// tests.
const (
	program            = "tests/isolation/program"
	permissionsProgram = "tests/isolation/permissions/program"
	isolationPackage   = "tests/isolation"
	permissionsPackage = "tests/isolation/permissions"
)

func TestIsolation(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the standard library")
	}
	targets, err := bzl.Read(filepath.Join(repository, isolationPackage, "BUILD.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	permissions, err := bzl.Read(filepath.Join(repository, permissionsPackage, "BUILD.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	m := newMerging(t)

	services, start := targets.Inner("SERVICES"), targets.Inner("START")
	declared := make(map[string]bzl.Struct)
	for name := range services {
		declared[name] = services.Inner(name)
	}
	t.Setenv("MERGED", m.merge(program, declared))
	t.Setenv("TAGGED", m.merge(program, map[string]bzl.Struct{"tagged": targets.Inner(":tagged_service")}))
	t.Setenv("ALONE", m.build("build", program))
	tests := m.build("test", isolationPackage)
	t.Run("as in processes", func(t *testing.T) {
		t.Setenv("SERVICES", given(t, services, nil))
		t.Setenv("CLASSES", strings.Join(targets.Texts("CLASSES"), ","))
		pass(t, tests, "", 20)
	})
	t.Run("given at the start", func(t *testing.T) {
		t.Setenv("SERVICES", given(t, services, start))
		t.Setenv("CLASSES", strings.Join(targets.Texts("START_CLASSES"), ","))
		pass(t, tests, "TestMergedPrintsTheSame", 3)
	})
	t.Run("permissions", func(t *testing.T) {
		t.Setenv("MERGED", m.merge(permissionsProgram, map[string]bzl.Struct{
			"free":       permissions.Inner(":free_service"),
			"restricted": permissions.Inner(":restricted_service"),
		}))
		pass(t, m.build("test", permissionsPackage), "", 3)
	})
}

// merging merges programs with an SDK.
type merging struct {
	t *testing.T
	*merger.Merger
	packages map[string][]*merger.Package // by the program's folder
}

func newMerging(t *testing.T) *merging {
	t.Helper()
	tc, err := merger.NewToolchain(repository, t.TempDir(), "kitex")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("Go %s", tc.Version)
	m := &merging{t: t, packages: make(map[string][]*merger.Package)}
	for _, p := range []string{program, permissionsProgram} {
		if m.packages[p], err = tc.List(repository, "./"+p); err != nil {
			t.Fatal(err)
		}
	}
	if m.Merger, err = merger.New(tc, slices.Concat(slices.Collect(maps.Values(m.packages))...)); err != nil {
		t.Fatal(err)
	}
	// The tests' binaries are named by absolute paths.
	t.Setenv("TEST_SRCDIR", "/")
	// As Bazel has it.
	t.Setenv("TZ", "UTC")
	return m
}

// merge merges a program with itself, and returns the binary. services have the
// attributes of go_merge_service.
func (m *merging) merge(program string, services map[string]bzl.Struct) string {
	m.t.Helper()
	var all []*merger.Service
	for _, name := range slices.Sorted(maps.Keys(services)) {
		attributes := services[name]
		s, err := m.Service(merger.Program{
			Name: name, Path: module + "/" + program, Packages: m.packages[program],
			Settings: merger.Settings{
				Listen:      true,
				Args:        attributes.Texts("args"),
				Env:         texts(attributes.Inner("env")),
				LogName:     attributes["log_name"] == true,
				Permissions: lists(attributes.Inner("permissions")),
				OnExit:      attributes.Text("on_exit"),
			},
		})
		if err != nil {
			m.t.Fatal(err)
		}
		all = append(all, s)
	}
	binary, err := m.Merge("merged", all...)
	if err != nil {
		m.t.Fatal(err)
	}
	return binary
}

// build builds a program, or the tests of a package, and returns the binary.
func (m *merging) build(command, folder string) string {
	m.t.Helper()
	binary := m.File(command)
	args := []string{command, "-trimpath", "-o", binary}
	if command == "test" {
		args = append(args, "-c")
	}
	if _, err := m.Run(repository, "go", append(args, "./"+folder)...); err != nil {
		m.t.Fatal(err)
	}
	return binary
}

// given returns the services as the tests read them.
func given(t *testing.T, services, start bzl.Struct) string {
	t.Helper()
	all := make(map[string]any)
	for name := range services {
		s, atStart := services.Inner(name), start.Inner(name)
		all[name] = map[string]any{
			"args": s.Texts("args"), "env": s.Inner("env"),
			"start_args": atStart.Texts("args"), "start_env": atStart.Inner("env"),
		}
	}
	data, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func texts(s bzl.Struct) map[string]string {
	all := make(map[string]string)
	for name := range s {
		all[name] = s.Text(name)
	}
	return all
}

func lists(s bzl.Struct) map[string][]string {
	all := make(map[string][]string)
	for name := range s {
		all[name] = s.Texts(name)
	}
	return all
}

// outcome matches a line in which a test says how it ended.
var outcome = regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): `)

// pass runs a binary of tests, all of which have to pass, and with subtests at least
// as many as least.
func pass(t *testing.T, binary, run string, least int) {
	t.Helper()
	out, err := exec.Command(binary, "-test.v", "-test.run="+run).CombinedOutput()
	outcomes := make(map[string]int)
	for _, match := range outcome.FindAllSubmatch(out, -1) {
		outcomes[string(match[1])]++
	}
	t.Logf("outcomes %v", outcomes)
	if err != nil || outcomes["PASS"] < least || len(outcomes) != 1 {
		t.Errorf("error %v, outcomes %v, want PASS only and at least %d:\n%s", err, outcomes, least, out)
	}
}
