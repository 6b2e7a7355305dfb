package check

import (
	"cmp"
	"fmt"
	"go/version"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Rules about versions.
const (
	goSDK            = "go-sdk"
	goVersion        = "go-version"
	frameworkVersion = "framework-version"
)

// generate follows a command that raises a framework.
const generate = "; then generate the code again"

// see says where the user finds more, in a page of these rules.
func see(page string) string { return "; see " + page + " of rules_go_merge" }

// Versions finds Go SDKs that are not supported, modules that do not build with
// the Go SDKs, and versions of frameworks whose calls cannot be inline.
func Versions(w *workspace.Workspace, sdks []gosdk.SDK) []Finding {
	return newRepository(w).versions(sdks)
}

func (r *repository) versions(sdks []gosdk.SDK) []Finding {
	findings := supported(sdks)
	for _, set := range r.versionSets() {
		problems := set.problems(sdks)
		findings = append(findings, r.buildable(set, problems, sdks)...)
		for _, f := range pins.Frameworks {
			if !about(problems, f.Module) {
				findings = append(findings, r.framework(set, f)...)
			}
		}
	}
	return findings
}

// supported judges the SDKs themselves.
func supported(sdks []gosdk.SDK) []Finding {
	var findings []Finding
	for _, sdk := range sdks {
		finding := Finding{Rule: goSDK, Position: Position{cmp.Or(sdk.File, "."), sdk.Line}}
		minor := version.Lang("go" + sdk.Version)
		switch {
		case sdk.Version == "":
			finding.Severity = Note
			finding.Message = fmt.Sprintf("which Go builds this is not known, so modules are judged for the newest that the rules know, Go %s", pins.NewestGo)
			finding.Fix = "name it with --go-sdk=VERSION"
		case version.Compare(minor, "go"+pins.OldestGo) < 0:
			finding.Severity = Error
			finding.Message = fmt.Sprintf("Go %s is older than the versions that the rules support, %s to %s", sdk.Version, pins.OldestGo, pins.NewestGo)
			finding.Fix = "choose a newer one with go_sdk in " + modulefile.Name
		case version.Compare(minor, "go"+pins.NewestGo) > 0:
			finding.Severity = Note
			finding.Message = fmt.Sprintf("Go %s is newer than the versions that the rules are tested with, %s to %s: modules are judged by what is known of Go %s", sdk.Version, pins.OldestGo, pins.NewestGo, pins.NewestGo)
		default:
			continue
		}
		findings = append(findings, finding)
	}
	return findings
}

// versionSet is modules of the repository with one version of everything.
type versionSet struct {
	modules []*workspace.Module
	// required has the requirement that settles the version of a module.
	required map[string]required
}

type required struct {
	pins.Selected
	// at is the requirement or the directive that replaces the module, in a
	// go.mod or go.work file.
	at Position
	// replaced is set for the latter.
	replaced bool
}

// versionSets returns what is built with one version of everything: the modules
// of a go.work file's set, those of go_deps, and each other one by itself.
func (r *repository) versionSets() []versionSet {
	groups := [][]*workspace.Module{r.joined, r.goDeps}
	for _, m := range r.Modules {
		if !slices.Contains(r.joined, m) && !slices.Contains(r.goDeps, m) {
			groups = append(groups, []*workspace.Module{m})
		}
	}
	var sets []versionSet
	for _, modules := range groups {
		set := versionSet{modules, make(map[string]required)}
		for _, m := range modules {
			for _, require := range m.File.Require {
				set.add(r, m, require)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// add takes a requirement into account. Modules that folders or other modules
// replace have versions that nobody can judge.
func (set *versionSet) add(r *repository, m *workspace.Module, require *modfile.Require) {
	found := required{at: Position{m.GoMod(), require.Syntax.Start.Line}}
	source := require.Mod
	if replace, _, file := r.replacement(m, require.Mod); replace != nil {
		found.at, found.replaced = Position{file, replace.Syntax.Start.Line}, true
		source = module.Version{Path: replace.New.Path, Version: replace.New.Version}
	}
	before, known := set.required[require.Mod.Path]
	direct := before.Direct || !require.Indirect
	if known && semver.Compare(source.Version, before.Version) <= 0 {
		before.Direct = direct
		set.required[require.Mod.Path] = before
		return
	}
	if source.Path != require.Mod.Path || source.Version == "" {
		return
	}
	found.Selected = pins.Selected{Version: source.Version, Direct: direct}
	set.required[require.Mod.Path] = found
}

// problems returns the problems that the set has with the SDKs.
func (set *versionSet) problems(sdks []gosdk.SDK) []pins.Problem {
	modules := make(map[string]pins.Selected)
	for modulePath, required := range set.required {
		modules[modulePath] = required.Selected
	}
	var versions []string
	for _, sdk := range sdks {
		versions = append(versions, cmp.Or(sdk.Version, pins.NewestGo))
	}
	return pins.Check(versions, modules)
}

// buildable reports the modules of a set that do not build with the SDKs.
func (r *repository) buildable(set versionSet, problems []pins.Problem, sdks []gosdk.SDK) []Finding {
	var findings []Finding
	for _, p := range problems {
		at := set.required[p.Module]
		finding := Finding{
			Severity: Error, Rule: goVersion, Position: at.at,
			Message: fmt.Sprintf("module %s@%s does not build with Go %s: %s", p.Module, p.Version, p.GoVersion, p.What),
			Fix:     r.raise(set, problems, p),
		}
		for _, sdk := range sdks {
			if sdk.Version == p.GoVersion && sdk.File != "" && finding.Other == nil {
				finding.Other = &Position{sdk.File, sdk.Line}
			}
		}
		if p.Builds {
			finding.Message = fmt.Sprintf("module %s@%s is not made for Go %s: %s", p.Module, p.Version, p.GoVersion, p.What)
		}
		known := slices.ContainsFunc(sdks, func(sdk gosdk.SDK) bool { return sdk.Version == p.GoVersion })
		// Without a service, nothing may import the module in a build.
		if p.Builds || !known || !r.hasService(set) {
			finding.Severity = Warning
		}
		findings = append(findings, finding)
	}
	return findings
}

func (r *repository) hasService(set versionSet) bool {
	return slices.ContainsFunc(r.Services, func(s *workspace.Service) bool { return slices.Contains(set.modules, s.Module) })
}

// raise says how to get the versions that build: with one command for all
// modules of the go.mod file, since one at a time may not build either.
func (r *repository) raise(set versionSet, problems []pins.Problem, p pins.Problem) string {
	at := set.required[p.Module]
	switch {
	case p.Pin == "":
		return "remove what imports it: no version builds"
	case at.replaced && generates(p.Module):
		return r.replace(at, p.Module, p.Pin) + generate + see(pins.Page)
	case at.replaced:
		return r.replace(at, p.Module, p.Pin) + see(pins.Page)
	}
	var args []string
	for _, other := range problems {
		if required := set.required[other.Module]; required.at.File == at.at.File && !required.replaced && other.Pin != "" {
			args = append(args, other.Module+"@"+other.Pin)
		}
	}
	fix := r.get(at, args...)
	if len(args) > 1 {
		fix += "; one of them alone is not enough"
	}
	if slices.ContainsFunc(problems, func(p pins.Problem) bool { return generates(p.Module) }) {
		fix += generate
	}
	return fix + see(pins.Page)
}

// generates reports whether a version of a module takes code that is generated
// again.
func generates(module string) bool {
	return slices.ContainsFunc(pins.Frameworks, func(f pins.Framework) bool { return f.Module == module && f.Generate })
}

func about(problems []pins.Problem, module string) bool {
	return slices.ContainsFunc(problems, func(p pins.Problem) bool { return p.Module == module })
}

// get says how to require versions where at does.
func (r *repository) get(at required, args ...string) string {
	tidy := "go mod tidy"
	if slices.ContainsFunc(r.joined, func(m *workspace.Module) bool { return m.GoMod() == at.at.File }) {
		// go mod tidy does not read the go.work file, and finds no other module.
		tidy = "go work sync"
	}
	return fmt.Sprintf("run go get %s && %s, in %s", strings.Join(args, " "), tidy, r.Place(strings.TrimPrefix(path.Dir(at.at.File), ".")))
}

// replace says how to have a version of a module that a directive replaces.
func (r *repository) replace(at required, module, version string) string {
	edit, tidy := "go mod edit", "go mod tidy"
	if path.Base(at.at.File) == workspace.GoWork {
		edit, tidy = "go work edit", "go work sync"
	}
	return fmt.Sprintf("run %s -replace=%s=%s@%s && %s, in %s", edit, module, module, version, tidy, r.Place(strings.TrimPrefix(path.Dir(at.at.File), ".")))
}

// framework judges the version of a framework in a set.
func (r *repository) framework(set versionSet, f pins.Framework) []Finding {
	at, ok := set.required[f.Module]
	if !ok || !r.hasService(set) {
		return nil
	}
	finding := Finding{Rule: frameworkVersion, Position: at.at}
	message := fmt.Sprintf("%s %s is %%s than those that the rules are tested with, %s to %s: should something of it not fit, the build says so and calls stay RPCs", f.Name, at.Version, f.Oldest, f.Newest)
	switch {
	case semver.Compare(at.Version, f.Oldest) < 0:
		get := r.get(at, f.Module+"@"+f.Newest)
		if at.replaced {
			get = r.replace(at, f.Module, f.Newest)
		}
		finding.Severity, finding.Message = Warning, fmt.Sprintf(message, "older")
		if f.Generate {
			get += generate
		}
		finding.Fix = get + see(f.Page)
	case semver.Compare(at.Version, f.Newest) > 0:
		finding.Severity, finding.Message = Note, fmt.Sprintf(message, "newer")
	default:
		return nil
	}
	return []Finding{finding}
}
