// Package bump plans the upgrade of a service in all that pins its version: go.mod
// files, the attribute version of go_merge_service targets, bazel_dep, and the
// default in merge_versions.yaml.
package bump

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/policy"
	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// Workspace is where the plan is made.
type Workspace struct {
	// Root is the folder, and Files are the BUILD, go.mod and go.work files of it,
	// relative to it with slashes.
	Root  string
	Files []string
	// Calls are the callees of each service, by name.
	Calls map[string][]string
}

// Plan is an upgrade.
type Plan struct {
	// Modules are the paths of the Go modules that have the service's code or IDL.
	Modules []string
	Steps   []Step
	// Left are the pins that a person has to look at, each with its position.
	Left []string
	// Commands are to be run after the change, and Tests are the targets to test.
	Commands []string
	Tests    []string
}

// Step is the change of one file.
type Step struct {
	// Path is relative to the root, and Why says what pins the version there.
	Path string
	Why  string
	change.File

	depth int
}

// Files returns the changes in the order of the steps.
func (p *Plan) Files() []change.File {
	var files []change.File
	for _, s := range p.Steps {
		files = append(files, s.File)
	}
	return files
}

// planner collects the plan.
type planner struct {
	Workspace
	*Plan
	service, version string
	services         []*source.Target // all go_merge_service targets
	binaries, tests  []*source.Target
	sets             *moduleset.Workspace
	depths           map[string]int
	touched          map[string]bool // names of services
	// works are the go.work files that use a go.mod file, by its path.
	works map[string][]*modfile.WorkFile
}

// New plans the upgrade of a service, or of a Go module that services need, to a
// version.
func New(w Workspace, name, version string) (*Plan, error) {
	p := &planner{Workspace: w, Plan: &Plan{}, service: name, version: version, touched: make(map[string]bool)}
	if err := p.readTargets(); err != nil {
		return nil, err
	}
	var errs []error
	if p.sets, errs = moduleset.Load(w.Root); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	p.depths = depths(w.Calls)
	for _, step := range []func() error{p.findModules, p.goMods, p.buildFiles, p.bazelDeps, p.policy} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if len(p.Steps)+len(p.Left) == 0 {
		return nil, fmt.Errorf("nothing pins %s to another version than %s: no go_merge_service %s_service with a version, no go.mod that requires its module, and no default in %s", name, version, name, policy.Name)
	}
	slices.SortStableFunc(p.Steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.Path, b.Path))
	})
	p.whatToRun()
	return p.Plan, nil
}

// readTargets reads all BUILD files.
func (p *planner) readTargets() error {
	for _, name := range p.Workspace.Files {
		if !slices.Contains(lag.Buildfiles, path.Base(name)) || inTestdata(name) {
			continue
		}
		f, err := source.Load(p.Root, name)
		if errors.Is(err, fs.ErrNotExist) || f == nil && err == nil {
			continue
		}
		if err != nil {
			return err
		}
		for _, t := range f.Targets {
			switch t.Kind {
			case source.Service:
				p.services = append(p.services, t)
			case source.Binary:
				p.binaries = append(p.binaries, t)
			case source.Test:
				p.tests = append(p.tests, t)
			}
		}
	}
	return nil
}

func inTestdata(name string) bool { return slices.Contains(strings.Split(name, "/"), "testdata") }

// serviceName is the name of a go_merge_service's service.
func serviceName(t *source.Target) string { return strings.TrimSuffix(t.Name, "_service") }

// own returns the targets of the service.
func (p *planner) own() []*source.Target {
	var found []*source.Target
	for _, t := range p.services {
		if serviceName(t) == p.service {
			found = append(found, t)
		}
	}
	return found
}

// findModules finds the Go modules that the service is in. One that is in the
// workspace has the module of its folder.
func (p *planner) findModules() error {
	if strings.Contains(p.service, "/") {
		if err := module.CheckPath(p.service); err != nil {
			return err
		}
		p.Modules = []string{p.service}
		return nil
	}
	found := make(map[string]bool)
	for _, t := range p.own() {
		for _, binary := range t.Labels("binary") {
			if dir, _, ok := source.Split(binary); ok {
				file, _, err := p.goModAbove(dir)
				if err != nil {
					return err
				}
				if file != nil && file.Module != nil {
					found[file.Module.Mod.Path] = true
				}
			} else if m, ok := p.moduleOf(binary); ok {
				found[m] = true
			}
		}
	}
	for m := range found {
		p.Modules = append(p.Modules, m)
	}
	slices.Sort(p.Modules)
	return nil
}

// moduleOf returns the Go module whose repository, of a dependency set, a label is
// in.
func (p *planner) moduleOf(label string) (string, bool) {
	repository, _, ok := strings.Cut(strings.TrimLeft(label, "@"), "//")
	if !ok {
		return "", false
	}
	for _, set := range p.sets.Sets {
		for _, m := range set.Modules {
			if m.Repository == repository {
				return m.Path, true
			}
		}
	}
	return "", false
}

// goModAbove returns the nearest go.mod file at or above a folder, and its path.
func (p *planner) goModAbove(dir string) (*modfile.File, string, error) {
	for {
		name := path.Join(dir, "go.mod")
		if slices.Contains(p.Workspace.Files, name) {
			data, err := p.read(name)
			if err != nil {
				return nil, "", err
			}
			file, err := modfile.Parse(name, data, nil)
			return file, name, err
		}
		if dir == "" {
			return nil, "", nil
		}
		dir = folder(dir)
	}
}

// folder returns the folder of a path, "" for the root.
func folder(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

func (p *planner) read(name string) ([]byte, error) {
	return regular.ReadFile(p.file(name))
}

func (p *planner) file(name string) string { return filepath.Join(p.Root, filepath.FromSlash(name)) }

// goMods changes what go.mod files require.
func (p *planner) goMods() error {
	if len(p.Modules) == 0 {
		return nil
	}
	if !semver.IsValid(p.version) {
		p.left(policy.Name, fmt.Sprintf("%s is not a version of a Go module, so go.mod files stay as they are; write one such as v1.4.0", p.version))
		return nil
	}
	if full := module.CanonicalVersion(p.version); full != p.version {
		return fmt.Errorf("%s is not a full version of a Go module; write %s", p.version, full)
	}
	if err := p.readWorks(); err != nil {
		return err
	}
	for _, name := range p.Workspace.Files {
		if path.Base(name) != "go.mod" || inTestdata(name) {
			continue
		}
		data, err := p.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := p.goMod(name, data); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) goMod(name string, data []byte) error {
	file, err := modfile.Parse(name, data, nil)
	if err != nil {
		return err
	}
	changed := false
	for _, m := range p.Modules {
		done, err := p.require(name, file, m)
		if err != nil {
			return err
		}
		changed = changed || done
	}
	if !changed {
		return nil
	}
	file.Cleanup()
	text, err := file.Format()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	dir := folder(name)
	p.Steps = append(p.Steps, Step{
		Path: name, Why: p.setsOf(dir), depth: p.depthAt(dir),
		File: change.File{Name: p.file(name), Old: data, New: text},
	})
	p.Commands = append(p.Commands, fmt.Sprintf("(cd %s && go mod tidy)", cmp.Or(dir, ".")))
	return nil
}

// require changes the required version of one module, or the one that replaces it.
func (p *planner) require(name string, file *modfile.File, path string) (changed bool, err error) {
	for _, require := range file.Require {
		if require.Mod.Path != path {
			continue
		}
		at := fmt.Sprintf("%s:%d", name, require.Syntax.Start.Line)
		if err := module.Check(path, p.version); err != nil {
			return false, fmt.Errorf("%s: %w", at, err)
		}
		for _, replace := range file.Replace {
			if !p.replaces(replace, require) {
				continue
			}
			p.left(fmt.Sprintf("%s:%d", name, replace.Syntax.Start.Line), fmt.Sprintf("%s is replaced by %s, so what is required does not count", path, target(replace)))
			return false, nil
		}
		for _, work := range p.works[name] {
			for _, replace := range work.Replace {
				if !p.replaces(replace, require) {
					continue
				}
				p.left(fmt.Sprintf("%s:%d", work.Syntax.Name, replace.Syntax.Start.Line), fmt.Sprintf("%s is replaced by %s, so what %s requires does not count", path, target(replace), name))
				return false, nil
			}
		}
		switch order := semver.Compare(require.Mod.Version, p.version); {
		case order > 0:
			p.left(at, fmt.Sprintf("%s is at %s, which is later", path, require.Mod.Version))
			return false, nil
		case order == 0:
			return false, nil
		}
		return true, file.AddRequire(path, p.version)
	}
	return false, nil
}

// replaces reports whether a line replaces what is required, or what is to be.
func (p *planner) replaces(r *modfile.Replace, require *modfile.Require) bool {
	return r.Old.Path == require.Mod.Path && (r.Old.Version == "" || r.Old.Version == require.Mod.Version || r.Old.Version == p.version)
}

func target(r *modfile.Replace) string { return strings.TrimSpace(r.New.Path + " " + r.New.Version) }

// readWorks reads the go.work files.
func (p *planner) readWorks() error {
	p.works = make(map[string][]*modfile.WorkFile)
	for _, name := range p.Workspace.Files {
		if path.Base(name) != "go.work" || inTestdata(name) {
			continue
		}
		data, err := p.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		work, err := modfile.ParseWork(name, data, nil)
		if err != nil {
			return err
		}
		for _, use := range work.Use {
			file := path.Join(path.Dir(name), use.Path, "go.mod")
			p.works[file] = append(p.works[file], work)
		}
	}
	return nil
}

func (p *planner) left(at, what string) { p.Left = append(p.Left, at+": "+what) }

// setsOf names the dependency sets that a go.mod file is of.
func (p *planner) setsOf(dir string) string {
	var names []string
	for _, set := range p.sets.At(dir) {
		names = append(names, set.Name)
	}
	if names == nil {
		return "module versions"
	}
	return "dependency set " + strings.Join(names, ", ")
}

// depthAt returns how far the services with their binaries in a module are from
// those that call nobody, and notes that they change.
func (p *planner) depthAt(dir string) int {
	depth := 0
	for _, t := range p.services {
		for _, binary := range t.Labels("binary") {
			if folder, _, ok := source.Split(binary); ok {
				if _, name, _ := p.goModAbove(folder); name == path.Join(dir, "go.mod") {
					p.touched[serviceName(t)] = true
					depth = max(depth, p.depths[serviceName(t)])
				}
			}
		}
	}
	return depth
}

// buildFiles changes the version of the service's targets.
func (p *planner) buildFiles() error {
	files := make(map[*source.File]bool)
	for _, t := range p.own() {
		p.touched[p.service] = true
		old, literal := t.Literal("version")
		if !literal {
			p.left(t.AttrPosition("version"), fmt.Sprintf("version is not a plain string; see that it is %s", p.version))
			continue
		}
		if old == "" || old == p.version {
			continue
		}
		t.Set("version", p.version)
		if !files[t.File] {
			files[t.File] = true
			p.Steps = append(p.Steps, Step{Path: t.File.Path, Why: "version of " + p.service, depth: p.depths[p.service], File: change.File{Name: p.file(t.File.Path), Old: t.File.Old}})
		}
	}
	for i := range p.Steps {
		for f := range files {
			if p.Steps[i].Path == f.Path {
				p.Steps[i].New = f.Format()
			}
		}
	}
	return nil
}

// bazelDeps changes the version of a Bazel module that has the service.
func (p *planner) bazelDeps() error {
	repositories := make(map[string]bool)
	for _, t := range p.own() {
		for _, binary := range t.Labels("binary") {
			if name, _, ok := strings.Cut(strings.TrimLeft(binary, "@"), "//"); ok && name != "" {
				repositories[name] = true
			}
		}
	}
	if len(repositories) == 0 {
		return nil
	}
	data, err := regular.ReadBazelFile(p.file(modulefile.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := build.ParseModule(modulefile.Name, data)
	if err != nil {
		return err
	}
	values := make(map[*build.StringExpr]string)
	overridden := make(map[string]*build.Rule)
	for _, r := range file.Rules("") {
		if strings.HasSuffix(r.Kind(), "_override") {
			overridden[r.AttrString("module_name")] = r
		}
	}
	for _, r := range file.Rules("bazel_dep") {
		old, _ := r.Attr("version").(*build.StringExpr)
		if !repositories[cmp.Or(r.AttrString("repo_name"), r.Name())] {
			continue
		}
		if o := overridden[r.Name()]; o != nil {
			start, _ := o.Call.Span()
			p.left(fmt.Sprintf("%s:%d", modulefile.Name, start.Line), fmt.Sprintf("this %s pins %s; change it by hand", o.Kind(), r.Name()))
			continue
		}
		if old == nil || old.Value == "" {
			continue
		}
		version := p.version
		if !strings.HasPrefix(old.Value, "v") {
			version = strings.TrimPrefix(version, "v")
		}
		if old.Value != version {
			values[old] = version
		}
	}
	if len(values) > 0 {
		p.Steps = append(p.Steps, Step{
			Path: modulefile.Name, Why: "Bazel module of " + p.service, depth: p.depths[p.service],
			File: change.File{Name: p.file(modulefile.Name), Old: data, New: source.Replace(data, values)},
		})
	}
	return nil
}

// policy changes the default version.
func (p *planner) policy() error {
	data, err := p.read(policy.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rules, err := policy.Parse(policy.Name, data)
	if err != nil {
		return err
	}
	for i, e := range rules.Exceptions {
		if e.Service == p.service && e.Version != p.version {
			p.left(fmt.Sprintf("%s:%d", policy.Name, rules.Line(fmt.Sprintf("exceptions.%d", i))), fmt.Sprintf("an exception until %s for %s: %s", e.Until, e.Binary, e.Reason))
		}
	}
	old := rules.Services[p.service].Version
	if old == "" || old == p.version {
		return nil
	}
	lines := strings.SplitAfter(string(data), "\n")
	line := rules.Line("services." + p.service + ".version")
	if !changeVersion(lines, line, old, p.version) || !p.isDefault(lines, rules) {
		line = cmp.Or(line, rules.Line("services."+p.service))
		p.left(fmt.Sprintf("%s:%d", policy.Name, line), fmt.Sprintf("the default version of %s is not written here in plain; set it to %s by hand", p.service, p.version))
		return nil
	}
	p.Steps = append(p.Steps, Step{
		Path: policy.Name, Why: "default version of " + p.service, depth: p.depths[p.service],
		File: change.File{Name: p.file(policy.Name), Old: data, New: []byte(strings.Join(lines, ""))},
	})
	return nil
}

// changeVersion changes a version on a line, which is 0 if it is on none.
func changeVersion(lines []string, line int, old, version string) bool {
	if line == 0 {
		return false
	}
	before, after, ok := strings.Cut(lines[line-1], old)
	if ok {
		lines[line-1] = before + version + after
	}
	return ok
}

// isDefault reports whether the policy has the version as the service's default, and
// all else as it was.
func (p *planner) isDefault(lines []string, old *policy.Policy) bool {
	changed, err := policy.Parse(policy.Name, []byte(strings.Join(lines, "")))
	if err != nil {
		return false
	}
	services := maps.Clone(old.Services)
	service := services[p.service]
	service.Version = p.version
	services[p.service] = service
	return reflect.DeepEqual(changed.Services, services) && reflect.DeepEqual(changed.MaxBehind, old.MaxBehind) && reflect.DeepEqual(changed.Exceptions, old.Exceptions)
}

// whatToRun lists the commands and the tests of all that changes.
func (p *planner) whatToRun() {
	slices.Sort(p.Commands)
	for _, step := range p.Steps {
		if path.Base(step.Path) == "go.mod" {
			p.Commands = append(p.Commands, "bazel mod tidy")
			break
		}
	}
	folders := make(map[string]bool)
	merged := make(map[string]bool) // labels of merged binaries
	for _, t := range p.services {
		if !p.touched[serviceName(t)] {
			continue
		}
		for _, binary := range t.Labels("binary") {
			if dir, _, ok := source.Split(binary); ok {
				folders[dir] = true
			}
		}
		for _, b := range p.binaries {
			if slices.Contains(b.Labels("services"), t.Label()) {
				merged[b.Label()] = true
			}
		}
	}
	for dir := range folders {
		p.Tests = append(p.Tests, "//"+path.Join(dir, "..."))
	}
	for label := range merged {
		for _, t := range p.tests {
			if slices.Contains(t.Labels("binary"), label) {
				p.Tests = append(p.Tests, t.Label())
			}
		}
	}
	slices.Sort(p.Tests)
	p.Tests = slices.Compact(p.Tests)
}

// depths returns for each service how many calls, one after the other, lead from it
// to one that calls nobody. Services that call each other in a circle count once.
func depths(calls map[string][]string) map[string]int {
	depth := make(map[string]int)
	visiting := make(map[string]bool)
	var visit func(name string) int
	visit = func(name string) int {
		if d, ok := depth[name]; ok || visiting[name] {
			return d
		}
		visiting[name] = true
		most := 0
		for _, callee := range calls[name] {
			if callee != name && !visiting[callee] {
				most = max(most, visit(callee)+1)
			}
		}
		depth[name] = most
		delete(visiting, name)
		return most
	}
	names := make([]string, 0, len(calls))
	for name := range calls {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		visit(name)
	}
	return depth
}
