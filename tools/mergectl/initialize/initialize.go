// Package initialize plans the Bazel files with which the services of a Go
// repository are built and merged.
package initialize

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// Options are the choices of the user.
type Options struct {
	// Name is the merged binary's name. If it is empty, the root's BUILD file
	// keeps the merged binaries that it has, or gets one with DefaultName.
	Name string
	// Include names services without a server that a new merged binary is to have.
	Include []string
	// GoSDK is the version of Go to download, or "host" for the machine's Go.
	GoSDK string
	// Rules is the folder of a checkout of the rules, or empty to have them from
	// a registry. It is absolute or, with slashes, relative to the root.
	Rules string
}

// DefaultName is the name of a merged binary without another one.
const DefaultName = "merged"

// Plan is what there is to do.
type Plan struct {
	// Files are the changes, in the order of their names.
	Files []change.File
	// Binary is the name of the merged binary.
	Binary string
	// Notes are what the user should know, one line each.
	Notes []string
}

// planner collects a plan.
type planner struct {
	*workspace.Workspace
	Options
	module *modulefile.File
	plan   *Plan
	// builds holds the BUILD files that were read, by folder, and packages the
	// folders that need one.
	builds   map[string]*buildFile
	packages []string
	// unreachable are the services that are not to listen.
	unreachable map[*workspace.Service]bool
}

// New returns a plan. It adds what is missing and changes nothing that is there,
// so a plan for a repository in which one was carried out is empty. An error
// names the file, and one of several lines all files, that keep it from working.
func New(w *workspace.Workspace, options Options) (*Plan, error) {
	module, err := modulefile.Load(w.Root)
	if err != nil {
		return nil, err
	}
	p := &planner{Workspace: w, Options: options, module: module, plan: &Plan{}, builds: make(map[string]*buildFile), unreachable: make(map[*workspace.Service]bool)}
	if err := p.ready(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{p.moduleFile, p.rootPackage, p.servicePackages, p.buildFiles, p.bazelVersion, p.sandbox} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	// MODULE.bazel is last: it names files of packages that the others make.
	last := p.File(modulefile.Name)
	slices.SortFunc(p.plan.Files, func(a, b change.File) int {
		switch {
		case a.Name == last:
			return 1
		case b.Name == last:
			return -1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return p.plan, nil
}

func (p *planner) note(format string, args ...any) {
	p.plan.Notes = append(p.plan.Notes, fmt.Sprintf(format, args...))
}

// noteSome notes the first of several texts, and how many more there are.
func (p *planner) noteSome(texts []string, more string) {
	const some = 5
	p.plan.Notes = append(p.plan.Notes, texts[:min(some, len(texts))]...)
	if len(texts) > some {
		p.note(more, len(texts)-some)
	}
}

// write plans the content of a file. old is nil if there is none. Its lines end as
// they did.
func (p *planner) write(name string, old, content []byte) {
	if first, _, _ := bytes.Cut(old, []byte("\n")); bytes.HasSuffix(first, []byte("\r")) {
		content = bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n"))
	}
	if old != nil && string(old) == string(content) {
		return
	}
	p.plan.Files = append(p.plan.Files, change.File{Name: p.File(name), Old: old, New: content})
}

// targetName matches the names of merged binaries: those that Bazel takes and no
// shell or directive reads as anything else.
var targetName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+=,@~-]*$`)

// ready reports what is in the way.
func (p *planner) ready() error {
	if p.Name != "" && !targetName.MatchString(p.Name) {
		return fmt.Errorf("--name=%q: no target of the root's package can have this name; use letters, digits and underscores, as in --name=shop", p.Name)
	}
	if len(p.Unread) > 0 {
		return errors.Join(p.Unread...)
	}
	if !slices.ContainsFunc(p.Services, func(s *workspace.Service) bool { return s.Serves }) {
		return fmt.Errorf("%s: no main package in it or below makes a server of %s, so there is nothing to merge", p.Root, frameworks())
	}
	for _, name := range p.Include {
		if !slices.ContainsFunc(p.Services, func(s *workspace.Service) bool { return s.Name == name }) {
			return fmt.Errorf("--include=%s: no service has this name; want one of %s", name, serviceNames(p.Services))
		}
	}
	if p.module.Old == nil {
		for _, name := range []string{"WORKSPACE.bazel", "WORKSPACE"} {
			data, err := regular.ReadFile(p.File(name))
			if err == nil && hasStatements(data) {
				return fmt.Errorf("%s: this is a Bazel workspace without MODULE.bazel, and the rules need Bazel modules; move to them first, see https://bazel.build/external/migration", name)
			}
		}
	}
	var errs []error
	sets := slices.DeleteFunc(slices.Clone(p.Modules), func(m *workspace.Module) bool {
		_, covered := check.GoDeps(p.Workspace, p.module, m)
		return covered
	})
	for _, finding := range check.Sets(p.Workspace, sets) {
		errs = append(errs, fmt.Errorf("%s: %s; %s", finding.Position, finding.Message, finding.Fix))
	}
	sdks, err := p.sdks()
	if err != nil {
		return err
	}
	settings, err := check.GoDebug(p.Workspace)
	if err != nil {
		return err
	}
	roles, err := check.Roles(p.Workspace)
	if err != nil {
		return err
	}
	p.noteFindings(slices.Concat(check.Modules(p.Workspace), check.Imports(p.Workspace), check.Versions(p.Workspace, sdks), settings, roles, check.DoubtfulTargets(p.Services, p.Include...)))
	return errors.Join(errs...)
}

// noteFindings notes what check found, or how often if it did many times.
func (p *planner) noteFindings(findings []check.Finding) {
	for _, group := range check.Groups(findings) {
		if group.Many() {
			more := "mergectl check lists them"
			if crowded := check.Crowded(p.Workspace, group.Findings); crowded.Dir != "" {
				more += fmt.Sprintf(", and --exclude=%s leaves %d of them out", crowded.Dir, crowded.Findings)
			}
			p.note("%s; %s", group.Summary(), more)
			continue
		}
		for _, f := range group.Findings {
			text := f.Message
			if f.Fix != "" {
				text += "; " + f.Fix
			}
			p.note("%s: %s", f.Position, text)
		}
	}
}

// frameworks names those whose programs are recognized.
func frameworks() string {
	var names []string
	for _, f := range scan.Frameworks() {
		names = append(names, f.Name)
	}
	return strings.Join(names, " or ")
}

func serviceNames(services []*workspace.Service) string {
	var names []string
	for _, s := range services {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

func hasStatements(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.HasPrefix(line, "workspace(") {
			return true
		}
	}
	return false
}

// bazelVersion pins the version of Bazel in a repository that had none.
func (p *planner) bazelVersion() error {
	const name = ".bazelversion"
	if _, err := os.Stat(p.File(name)); err == nil || p.module.Old != nil {
		return nil
	}
	p.write(name, nil, []byte(bazelVersion+"\n"))
	return nil
}
