package initialize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// rootPackage plans the BUILD file of the root: the gazelle target and the
// merged binary.
func (p *planner) rootPackage() error {
	f, err := p.buildFile("")
	if err != nil {
		return err
	}
	gazelle, err := p.gazelleTarget(f)
	if err != nil {
		return err
	}
	if err := p.exclude(f, gazelle); err != nil {
		return err
	}
	return p.mergedBinary(f, gazelle)
}

// exclude adds directives for what the workspace leaves out and Gazelle does not
// know of.
func (p *planner) exclude(f *buildFile, gazelle *build.Rule) error {
	known := f.directives("exclude")
	add := func(pattern string) bool {
		if slices.Contains(known, pattern) {
			return false
		}
		f.addDirective(gazelle, "# gazelle:exclude "+pattern)
		return true
	}
	for _, pattern := range p.Excluded {
		add(pattern)
	}
	var ignored []string
	for _, folder := range p.Ignored {
		if add(folder.Dir) {
			ignored = append(ignored, fmt.Sprintf("%s (%s)", folder.Dir, folder.Pattern))
		}
	}
	if len(ignored) > 0 {
		p.note("%s: folders that git ignores are left out: %s", f.Path, strings.Join(ignored, ", "))
	}
	for _, dir := range p.Vendored {
		if add(dir) {
			p.note("%s: %s is left out: the build takes modules from the versions in go.mod; copies that were changed there are not used", f.Path, dir)
		}
	}
	hidden, err := p.Hidden()
	for _, dir := range hidden {
		if add(dir) {
			p.note("%s: the service in %s is left out, since the go command does not look there", f.Path, dir)
		}
	}
	return err
}

// gazelleTarget returns the gazelle rule, a new one if there is none.
func (p *planner) gazelleTarget(f *buildFile) (*build.Rule, error) {
	rules, _ := p.module.Apparent(rulesModule)
	program := "@" + rules + "//gazelle_ext/gazelle"
	for _, r := range f.Rules("gazelle") {
		if command := r.AttrString("command"); command != "" && command != "fix" && command != "update" {
			continue
		}
		switch own := r.Attr("gazelle"); {
		case own == nil:
			r.SetAttr("gazelle", &build.StringExpr{Value: program})
			f.changed = true
		case r.AttrString("gazelle") != program:
			start, _ := r.Call.Span()
			p.note("%s:%d: this Gazelle is a custom gazelle_binary: add \"@%s//gazelle_ext\" to its languages, after Gazelle's Go language", f.Path, start.Line, rules)
		}
		return r, nil
	}
	if f.named("gazelle") != nil {
		return nil, fmt.Errorf("%s: a target has the name gazelle and is not a gazelle rule; rename it", f.Path)
	}
	repository, _ := p.module.Apparent("gazelle")
	f.load("@"+repository+"//:def.bzl", "gazelle")
	r := f.add(fmt.Sprintf("gazelle(\n    name = \"gazelle\",\n    gazelle = %q,\n)\n", program))
	if f.hasDirective("proto") {
		return r, nil
	}
	if !p.protoRules() {
		// The code for .proto files is there, and Gazelle would lead imports of
		// protobuf's packages past the dependency sets.
		f.addDirective(r, "# gazelle:proto disable_global")
		return r, nil
	}
	for _, framework := range scan.Frameworks() {
		if directive := framework.ProtoDirective; directive != "" && !f.hasDirective(directive) {
			// Gazelle's default makes services without their messages.
			f.addDirective(r, fmt.Sprintf("# gazelle:%s %s", directive, strings.Join(p.compilers(framework), ",")))
		}
	}
	if p.GeneratedProtos {
		p.note("%s: code for .proto files is checked in for some packages and made by rules for others; where there are .pb.go files, write \"# gazelle:proto disable\" in the BUILD file of the folder", f.Path)
	}
	return r, nil
}

// compilers returns labels of the compilers that make a framework's code of .proto
// files.
func (p *planner) compilers(framework scan.Framework) []string {
	rulesGo, _ := p.module.Apparent("rules_go")
	var labels []string
	for _, name := range framework.ProtoCompilers {
		labels = append(labels, fmt.Sprintf("@%s//proto:%s", rulesGo, name))
	}
	return labels
}

// protoRules reports whether a package imports one that only go_proto_library
// makes.
func (p *planner) protoRules() bool {
	return p.HasProtos && slices.ContainsFunc(p.Packages, p.Tree.ImportsProtos)
}

// mergedBinary adds the directive for a merged binary of all services. If it
// takes choices, it adds the target too, for Gazelle to complete.
func (p *planner) mergedBinary(f *buildFile, gazelle *build.Rule) error {
	existing := f.mergedBinaries()
	if p.Name == "" && len(existing) > 0 || slices.ContainsFunc(existing, func(b []string) bool { return b[0] == p.Name }) {
		p.plan.Binary = cmp.Or(p.Name, existing[0][0])
		p.noteLeftOut(f, existing)
		return nil
	}
	name := cmp.Or(p.Name, DefaultName)
	p.plan.Binary = name
	if other := f.named(name); other != nil {
		return fmt.Errorf("%s: there is a %s with the name %s; choose another for the merged binary with --name", f.Path, other.Kind(), name)
	}
	var services []*workspace.Service
	var members, labels, callers []string
	for _, s := range p.StartOrder() {
		if !s.Serves && !slices.Contains(p.Include, s.Name) {
			callers = append(callers, fmt.Sprintf("%s: service %s only calls others, so it is left out; to merge it too, name it in --include, or later in the merge_binary directive", cmp.Or(s.Dir, "."), s.Name))
			continue
		}
		if slices.Contains(members, s.Name) {
			return fmt.Errorf("%s: this service and another one are both named %s, so they cannot be merged; rename its go_merge_service, or leave it out with --exclude", cmp.Or(s.Dir, "."), s.Name)
		}
		services = append(services, s)
		members = append(members, s.Name)
		labels = append(labels, fmt.Sprintf("        %q,\n", s.Label()))
	}
	p.noteSome(callers, "%d more services only call others, too")
	f.addDirective(gazelle, "# gazelle:merge_binary "+name+" "+strings.Join(members, " "))
	p.inheritEnvironment(f, gazelle)
	p.separateAddresses(services)
	callees := p.callees(services)
	if len(callees) == 0 {
		return nil
	}
	rules, _ := p.module.Apparent(rulesModule)
	f.load("@"+rules+"//merge:defs.bzl", "go_merged_binary")
	f.add(fmt.Sprintf("go_merged_binary(\n    name = %q,\n    callees = {\n%s    },\n    services = [\n%s    ],\n    visibility = [\"//visibility:public\"],\n)\n", name, strings.Join(callees, ""), strings.Join(labels, "")))
	return nil
}

// inheritEnvironment lets services see the process's environment, as they did on
// their own. Where there are services already, their settings are somebody's
// choice, which a default would change.
func (p *planner) inheritEnvironment(f *buildFile, gazelle *build.Rule) {
	written := func(s *workspace.Service) bool { return s.Written }
	chosen := func(value string) bool {
		return strings.HasPrefix(strings.TrimPrefix(value, "go_merge_service "), "env_inherit")
	}
	if slices.ContainsFunc(p.Services, written) || slices.ContainsFunc(f.directives("merge_default"), chosen) {
		return
	}
	f.addDirective(gazelle, "# gazelle:merge_default env_inherit [\"*\"]")
	p.note("%s: services inherit the whole environment of the merged binary, as they did on their own; to name what one may see, set env_inherit in its go_merge_service", f.Path)
}

// callees returns the entries of the attribute of that name for the services of a
// merged binary, and notes the choices that are left to the user.
func (p *planner) callees(services []*workspace.Service) []string {
	var entries, open []string
	for _, call := range p.Calls {
		switch key := linkpattern.Over(call.Caller.Name, call.RPCService).String(); {
		case !slices.Contains(services, call.Caller):
		case call.Chosen():
			entries = append(entries, fmt.Sprintf("        %q: %q,\n", key, call.Callee.Label()))
		case call.Callee == nil && len(call.Servers) > 1:
			open = append(open, fmt.Sprintf("%s: several services serve %s, and the destination does not say which is called; write callees = {%q: %q}, or another, in the go_merged_binary", call.Clients[0].Position, call.RPCService, key, call.Servers[0].Label()))
		}
	}
	p.noteSome(open, "for %d more clients, too, callees has to name one of several servers; mergectl check lists them")
	slices.Sort(entries)
	return entries
}

// noteLeftOut reports which services are in no merged binary of the root.
func (p *planner) noteLeftOut(f *buildFile, binaries [][]string) {
	for _, s := range p.Services {
		in := slices.ContainsFunc(binaries, func(words []string) bool {
			return slices.ContainsFunc(words[1:], func(word string) bool {
				return word == s.Name || strings.ContainsAny(word, ".:/")
			})
		})
		if !in && s.Serves {
			p.note("%s: service %s is in no merged binary; add it to a merge_binary directive if it should be", f.Path, s.Name)
		}
	}
}

// separateAddresses keeps services that listen at one address, as services in
// separate containers may, from doing so in one process: those that others
// call there need no address.
func (p *planner) separateAddresses(services []*workspace.Service) {
	for _, clash := range workspace.Clashes(services) {
		if !clash.Servers {
			p.note("%s: services %s listen at %s, and in one process only one can; let each read its address from a flag or a variable, which its go_merge_service sets", clash.Positions[0], serviceNames(clash.Services), clash.Address)
			continue
		}
		quiet, open := p.Settle(clash, services)
		for _, s := range quiet {
			p.unreachable[s] = true
		}
		at := clash.Positions[0]
		if len(quiet) > 0 {
			p.note("%s: %d of the services to merge listen at %s, and in one process only one can; with listen = False, only the others can call %s; to make one reachable, give it a different address%s", at, len(clash.Services), check.DescribeAddress(clash.Address), serviceNames(quiet), check.AddressOption(clash))
		}
		if len(open.Services) > 1 {
			p.note("%s: services %s listen at %s, and in one process only one can; give the others different addresses%s, or listen = False in their go_merge_service", at, serviceNames(open.Services), check.DescribeAddress(clash.Address), check.AddressOption(clash))
		}
	}
}

// servicePackages plans the BUILD files of services whose names Gazelle would
// give to several, or that are not to listen. Gazelle keeps the name of a
// go_merge_service that is there, and its attributes.
func (p *planner) servicePackages() error {
	rules, _ := p.module.Apparent(rulesModule)
	for _, s := range p.Services {
		if !p.unreachable[s] && (!s.Renamed || !s.Serves && !slices.Contains(p.Include, s.Name)) {
			continue
		}
		f, err := p.buildFile(s.Dir)
		if err != nil {
			return err
		}
		f.load("@"+rules+"//merge:defs.bzl", "go_merge_service")
		listen := ""
		if p.unreachable[s] {
			listen = "    listen = False,\n"
		}
		f.add(fmt.Sprintf("go_merge_service(\n    name = %q,\n    binary = %q,\n%s    visibility = [\"//visibility:public\"],\n)\n", s.Target, ":"+s.Binary, listen))
	}
	return nil
}
