package initialize

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

const (
	rulesModule = "rules_go_merge"
	setsFile    = "//merge:extensions.bzl"
)

// moduleFile plans MODULE.bazel.
func (p *planner) moduleFile() error {
	newSDK := p.newSDK()
	rulesGo, err := p.rulesGo()
	if err != nil {
		return err
	}
	_, hadRules := p.module.Apparent(rulesModule)
	for _, dep := range []struct{ name, version string }{
		{"gazelle", gazelleVersion}, {"rules_go", rulesGo}, {rulesModule, rulesVersion},
	} {
		if _, ok := p.module.Apparent(dep.name); !ok {
			p.module.AddDep(dep.name, dep.version)
		}
	}
	if p.protoRules() {
		for _, dep := range protobufModules {
			if _, ok := p.module.Apparent(dep.name); !ok {
				p.module.AddDep(dep.name, dep.version)
			}
		}
	}
	if err := p.addRules(hadRules); err != nil {
		return err
	}
	if newSDK {
		p.addSDK()
	}
	if err := p.addSets(); err != nil {
		return err
	}
	if p.module.Changed() {
		p.write(modulefile.Name, p.module.Old, p.module.Format())
	}
	return nil
}

// unreleased is the version of the rules that no registry has.
const unreleased = "0.0.0"

// addRules says where the rules are, if the workspace does not. Without a folder
// it reports whether no registry has them, if they are new to the workspace.
func (p *planner) addRules(known bool) error {
	if p.module.Overridden(rulesModule) {
		return nil
	}
	if p.Rules == "" {
		if rulesVersion == unreleased && !known {
			p.note("%s: no registry has %s %s: name the folder of a checkout with --rules, or in Bazel's flag --override_module=%s=FOLDER", modulefile.Name, rulesModule, unreleased, rulesModule)
		}
		return nil
	}
	dir := p.Rules
	if !filepath.IsAbs(dir) {
		dir = p.File(dir)
	}
	file, err := modulefile.Load(dir)
	if err != nil {
		return err
	}
	if file.Module() != rulesModule {
		return fmt.Errorf("--rules=%s: this is not a checkout of %s: it has no %s of a module of that name", p.Place(p.Rules), rulesModule, modulefile.Name)
	}
	p.module.AddPathOverride(rulesModule, p.Rules)
	return nil
}

// newSDK reports whether the workspace gets a Go SDK.
func (p *planner) newSDK() bool {
	_, hasRulesGo := p.module.Apparent("rules_go")
	return !hasRulesGo && len(p.module.Proxies("//go:extensions.bzl", "go_sdk")) == 0
}

// sdks returns the Go SDKs that the workspace has, or gets.
func (p *planner) sdks() ([]gosdk.SDK, error) {
	if p.newSDK() && p.GoSDK != gosdk.Host {
		sdk, err := gosdk.Named(p.GoSDK)
		return []gosdk.SDK{sdk}, err
	}
	return gosdk.Of(p.Root, p.module), nil
}

// rulesGo returns the version of rules_go that works with the SDKs.
func (p *planner) rulesGo() (string, error) {
	sdks, err := p.sdks()
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(sdks, func(sdk gosdk.SDK) bool { return !pins.RulesGoFits(rulesGoVersion, sdk.Version) }) {
		return pins.RulesGoOfOldGo, nil
	}
	return rulesGoVersion, nil
}

func (p *planner) addSDK() {
	rulesGo, _ := p.module.Apparent("rules_go")
	tag := "go_sdk.host()\n"
	if p.GoSDK != gosdk.Host {
		tag = fmt.Sprintf("go_sdk.download(version = %q)\n", p.GoSDK)
	}
	p.module.AddExtension("go_sdk", "@"+rulesGo+"//go:extensions.bzl", "go_sdk", tag)
}

// addSets gives each go.mod file that has none a dependency set, and imports the
// repositories of all sets.
func (p *planner) addSets() error {
	existing, errs := moduleset.Load(p.Root)
	if len(errs) > 0 {
		return errs[0]
	}
	sets := existing.Sets
	names := existing.Names()
	var added []*moduleset.Set
	joined := check.Joined(p.Workspace)
	if len(sets) == 0 && p.protoRules() {
		if file := p.onlyFile(); file != "" {
			return p.addGoDeps(file)
		}
		p.note("%s: go_proto_library links its code with the versions of go_deps, but the services use those of their dependency sets, and a build refuses the mix; give it compilers of the sets with go_merge_proto_compilers, check the code in, or join the modules by a go.work file", modulefile.Name)
	}
	if len(joined) > 0 && len(existing.At(joined[0].Dir)) == 0 {
		set, err := moduleset.Read(p.Root, workName(joined, names), workspace.GoWork)
		if err != nil {
			return err
		}
		p.note("%s: its modules find each other by this file alone, so they have one dependency set, with the versions that Go takes in the workspace; to have its own versions, a module needs replace directives for the others that it imports, and a merge_deps.from_file", workspace.GoWork)
		names = append(names, set.Name)
		added = append(added, set)
	}
	for _, m := range p.Modules {
		if slices.Contains(joined, m) {
			continue
		}
		if at, covered := check.GoDeps(p.Workspace, p.module, m); covered {
			p.note("%s: go_deps reads %s, so its packages keep the versions that all of the workspace has; to give it its own versions, replace the tag with a merge_deps.from_file", at, m.GoMod())
			continue
		}
		if len(existing.At(m.Dir)) > 0 {
			continue
		}
		set, err := moduleset.Read(p.Root, setName(m, names), m.GoMod())
		if err != nil {
			return err
		}
		names = append(names, set.Name)
		added = append(added, set)
	}
	sets = append(sets, added...)
	if len(sets) == 0 {
		return nil
	}
	proxies := p.module.Proxies(setsFile, "merge_deps")
	proxy, ok := p.module.Own(proxies)
	if !ok {
		rules, _ := p.module.Apparent(rulesModule)
		proxy = p.module.AddExtension("merge_deps", "@"+rules+setsFile, "merge_deps", "")
	}
	for _, set := range added {
		attr := "go_mod"
		if set.Work {
			attr = "go_work"
		}
		p.module.AddTag(proxy, "from_file", "name", set.Name, attr, fileLabel(set.File))
	}
	for _, set := range sets {
		p.packages = append(p.packages, set.Dir())
	}
	p.module.AddImports(proxy, missingImports(sets, proxies))
	return nil
}

// onlyFile returns the only go.mod file, or the go.work file that uses all
// modules, "" if there is neither.
func (p *planner) onlyFile() string {
	switch {
	case len(p.Modules) == 1:
		return p.Modules[0].GoMod()
	case len(p.Used) == len(p.Modules):
		return workspace.GoWork
	}
	return ""
}

// addGoDeps has Gazelle's go_deps read a file in place of a dependency set: the
// code that go_proto_library makes is linked with the modules of go_deps.
func (p *planner) addGoDeps(file string) error {
	if len(p.module.Proxies("//:extensions.bzl", "go_deps")) > 0 {
		return nil // somebody's choice
	}
	set, err := moduleset.Read(p.Root, "go_deps", file)
	if err != nil {
		return err
	}
	gazelle, _ := p.module.Apparent("gazelle")
	proxy := p.module.AddExtension("go_deps", "@"+gazelle+"//:extensions.bzl", "go_deps", "")
	attr := "go_mod"
	if set.Work {
		attr = "go_work"
	}
	p.module.AddTag(proxy, "from_file", attr, fileLabel(set.File))
	var repositories []string
	for _, m := range set.Modules {
		if m.Direct {
			repositories = append(repositories, label.ImportPathToBazelRepoName(m.Path))
		}
	}
	slices.Sort(repositories)
	p.module.AddImports(proxy, repositories)
	p.packages = append(p.packages, set.Dir())
	p.note("%s: go_deps reads %s, and no dependency set, since go_proto_library makes code: that is linked with the modules of go_deps", modulefile.Name, file)
	return nil
}

func missingImports(sets []*moduleset.Set, proxies []modulefile.Proxy) []string {
	imported := make(map[string]bool)
	for _, proxy := range proxies {
		for _, i := range proxy.Imports() {
			imported[i.Repository] = true
		}
	}
	var missing []string
	for _, set := range sets {
		for _, m := range set.Modules {
			if m.Direct && !imported[m.Repository] {
				missing = append(missing, m.Repository)
			}
		}
	}
	slices.Sort(missing)
	return missing
}

func fileLabel(name string) string {
	dir, file := path.Split(name)
	return "//" + strings.TrimSuffix(dir, "/") + ":" + file
}

// setName names a dependency set after the module's folder, or the root's after
// its path, with more of it where names would be the same.
func setName(m *workspace.Module, taken []string) string {
	from := m.Dir
	if from == "" {
		from = m.Path()
		if base := path.Base(from); len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
			from = path.Dir(from) // a major version
		}
	}
	return distinct(strings.Split(from, "/"), taken)
}

// workName names the set of a go.work file after what the paths of its modules
// begin with.
func workName(modules []*workspace.Module, taken []string) string {
	common := strings.Split(modules[0].Path(), "/")
	for _, m := range modules[1:] {
		elements := strings.Split(m.Path(), "/")
		for i := range common {
			if i >= len(elements) || elements[i] != common[i] {
				common = common[:i]
				break
			}
		}
	}
	if len(common) < 2 { // a host at best
		common = []string{"work"}
	}
	return distinct(common, taken)
}

// distinct makes a set's name of the last of elements, with as many before it as
// tell it from names that are taken.
func distinct(elements []string, taken []string) string {
	name := ""
	for i := len(elements) - 1; i >= 0; i-- {
		name = strings.Trim(valid(elements[i])+"_"+name, "_")
		if name[0] < 'a' || name[0] > 'z' {
			name = "set_" + name
		}
		if !slices.Contains(taken, name) {
			return name
		}
	}
	for i := 2; ; i++ {
		if numbered := fmt.Sprintf("%s%d", name, i); !slices.Contains(taken, numbered) {
			return numbered
		}
	}
}

// valid spells a word as the name of a set may be.
func valid(word string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(word))
}
