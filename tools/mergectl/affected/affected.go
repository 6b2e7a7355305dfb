// Package affected finds out which merged binaries a change of the sources
// affects: whether their code changes, or whether they are only linked again.
//
// It may name a binary that the change does not affect, and leaves out none that
// it does. So what it does not know counts as a change of code.
package affected

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

// Effect is what a change does to a merged binary.
type Effect int

const (
	// None leaves the binary as it is.
	None Effect = iota
	// Relink changes what the link adds: environment, arguments, limits, versions.
	Relink
	// Code may change the code of services, or of the glue.
	Code
)

func (e Effect) String() string { return [...]string{"none", "relink", "code"}[e] }

// MarshalText writes an effect as text.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Binary is an affected merged binary.
type Binary struct {
	Label  string `json:"label"`
	Effect Effect `json:"effect"`
	// Owners are those of its BUILD file by CODEOWNERS.
	Owners []string `json:"owners"`
	// Services are those of its services that are affected themselves.
	Services []Service `json:"services"`
	// Because is one file, or rule, that affects it.
	Because string `json:"because"`
}

// Service is an affected service.
type Service struct {
	Label  string   `json:"label"`
	Effect Effect   `json:"effect"`
	Owners []string `json:"owners"`
}

// Input is what a change is found out from.
type Input struct {
	// Graph is that of the newer commit.
	Graph *Graph
	// Root is the folder with the newer commit's files.
	Root string
	// Repository has both commits, Base and Head.
	Repository *history.Repository
	Base, Head string
}

// finder finds affected targets.
type finder struct {
	Input
	changes []history.Change
	// packages are the folders with a BUILD file at either commit.
	packages map[string]bool
	sets     *moduleset.Workspace
	mentions *mentions
	// own is what the change does to a target itself, and why.
	own map[string]mark
	// all is why everything is affected, "" if it is not.
	all string
	// reached has what targets are known to be affected by.
	reached map[string]mark
}

type mark struct {
	effect  Effect
	because string
}

// Find returns the merged binaries that are affected, those whose code changes
// first.
func Find(in Input) ([]Binary, error) {
	f := &finder{Input: in, own: make(map[string]mark), reached: make(map[string]mark), packages: make(map[string]bool)}
	if err := f.read(); err != nil {
		return nil, err
	}
	for _, c := range f.changes {
		if err := f.change(c); err != nil {
			return nil, err
		}
	}
	for _, label := range f.Graph.forAll() {
		if m := f.reach(label); f.all == "" && m.effect != None {
			f.all = m.because + ", which " + label + " needs"
		}
	}
	owners, err := readOwners(in.Root)
	if err != nil {
		return nil, err
	}
	found := []Binary{}
	for _, label := range f.Graph.binaries() {
		m := f.reach(label)
		if f.all != "" {
			m = mark{Code, f.all}
		}
		if m.effect == None {
			continue
		}
		b := Binary{Label: label, Effect: m.effect, Because: m.because, Owners: owners.of(label), Services: []Service{}}
		for _, service := range f.Graph.services(label) {
			s := f.reach(service)
			if f.all != "" {
				s.effect = Code
			}
			if s.effect != None {
				b.Services = append(b.Services, Service{Label: service, Effect: s.effect, Owners: owners.of(service)})
			}
		}
		found = append(found, b)
	}
	slices.SortStableFunc(found, func(a, b Binary) int { return cmp.Compare(b.Effect, a.Effect) })
	return found, nil
}

// read reads what is the same for all changed files.
func (f *finder) read() error {
	var err error
	if f.changes, err = f.Repository.Changes(f.Base, f.Head); err != nil {
		return err
	}
	links, err := f.Repository.Links(f.Head)
	if err != nil {
		return err
	}
	f.changes = throughLinks(f.changes, links)
	for _, commit := range []string{f.Base, f.Head} {
		files, err := f.Repository.Files(commit, buildFiles...)
		if err != nil {
			return err
		}
		for _, file := range files {
			f.packages[folder(file)] = true
		}
	}
	// A set that cannot be read has files that this does not know.
	sets, errs := moduleset.Load(f.Root)
	if len(errs) > 0 {
		f.affectAll(errs[0].Error())
	}
	f.sets = sets
	f.mentions, err = readMentions(f.Root)
	return err
}

func (f *finder) affectAll(because string) {
	if f.all == "" {
		f.all = because
	}
}

// note marks a target as changed.
func (f *finder) note(label string, m mark) {
	if m.effect > f.own[label].effect {
		f.own[label] = m
	}
}

// change marks what one changed file affects.
func (f *finder) change(c history.Change) error {
	base := path.Base(c.Path)
	switch {
	case forAll[base] || strings.HasSuffix(base, ".bazelrc") || strings.HasSuffix(base, ".MODULE.bazel"):
		f.affectAll(c.Path)
	case c.Indirect || c.Status == 'T' || c.Status == 'U' || c.Status == 'X':
		// Any file below it may be another one.
		f.affectAll(c.Path)
	case f.mentions.inPath(c.Path):
		f.affectAll(c.Path)
	case f.mentions.files[c.Path] > 0:
		f.mentioned(c.Path)
	case slices.Contains(moduleFiles, base):
		f.moduleFile(c.Path)
	}
	f.replacedFolders(c.Path)
	if slices.Contains(buildFiles, base) {
		return f.buildFile(c)
	}
	if strings.HasSuffix(base, ".bzl") || strings.HasSuffix(base, ".scl") {
		f.bzlFile(c.Path)
	}
	because := mark{Code, c.Path}
	pkg := f.packageOf(c.Path)
	// It may be in a folder that is a source as a whole.
	known := false
	for name := relative(pkg, c.Path); name != "." && name != ""; name = path.Dir(name) {
		label := "//" + pkg + ":" + name
		if f.Graph.nodes[label] != nil {
			known = true
		}
		f.note(label, because)
	}
	if !known && c.Status == 'D' {
		// A glob() may have had it.
		f.wholePackage(pkg, because)
	}
	return nil
}

// wholePackage marks all targets of a package.
func (f *finder) wholePackage(pkg string, m mark) {
	for _, label := range f.Graph.rules["//"+pkg] {
		f.note(label, m)
	}
}

// bzlFile marks the packages that load a file. One that none loads may be of a
// module extension, of which the query says nothing.
func (f *finder) bzlFile(name string) {
	pkg := f.packageOf(name)
	label := "//" + pkg + ":" + relative(pkg, name)
	loaded := false
	for file, loads := range f.Graph.loads {
		if slices.Contains(loads, label) {
			loaded = true
			dir, _, _ := strings.Cut(file, ":")
			for _, rule := range f.Graph.rules[dir] {
				f.note(rule, mark{Code, name})
			}
		}
	}
	if !loaded || f.mentions.extensions[label] {
		f.affectAll(name)
	}
}

// buildFile marks the rules that changed in a BUILD file.
func (f *finder) buildFile(c history.Change) error {
	pkg := folder(c.Path)
	if c.Status != 'M' {
		// Files move from one package to another.
		f.wholePackage(pkg, mark{Code, c.Path})
		if pkg != "" {
			f.wholePackage(f.packageOf(pkg), mark{Code, c.Path})
		}
		return nil
	}
	before, err := f.Repository.Read(f.Base, c.Path)
	if err != nil {
		return err
	}
	after, err := f.Repository.Read(f.Head, c.Path)
	if err != nil {
		return err
	}
	changed, ok := changedRules(c.Path, before, after)
	if !ok {
		f.wholePackage(pkg, mark{Code, c.Path})
		return nil
	}
	for rule, effect := range changed {
		// Where it is gone, there may be a file of its name.
		f.note("//"+pkg+":"+rule, mark{effect, c.Path})
	}
	for _, label := range f.Graph.rules["//"+pkg] {
		_, name, _ := strings.Cut(label, ":")
		for rule, effect := range changed {
			// What is called like a rule may make several targets.
			if strings.HasPrefix(name, rule) {
				f.note(label, mark{effect, c.Path})
			}
		}
	}
	return nil
}

// reach returns what affects a target, itself or through what it is made from.
func (f *finder) reach(label string) mark {
	if m, ok := f.reached[label]; ok {
		return m
	}
	m := f.own[label]
	f.reached[label] = m // Rules have no circles, and packages of files may.
	n := f.Graph.nodes[label]
	if n == nil {
		return m
	}
	for _, input := range n.inputs {
		from := f.reach(input)
		// What is only linked into a service is only linked into the binary.
		if i := f.Graph.nodes[input]; from.effect == Relink && (i == nil || i.class != "go_merge_service") {
			from.effect = Code
		}
		if from.effect > m.effect {
			m = from
		}
	}
	f.reached[label] = m
	return m
}

// packageOf returns the folder of the package that a file is in.
func (f *finder) packageOf(name string) string {
	dir := folder(name)
	for dir != "" && !f.packages[dir] {
		dir = folder(dir)
	}
	return dir
}

// folder returns the folder of a path, "" for the root.
func folder(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// relative returns the path of a file below the folder of its package.
func relative(pkg, name string) string {
	if pkg == "" {
		return name
	}
	return strings.TrimPrefix(name, pkg+"/")
}

// throughLinks adds what changed by the paths that symbolic links give it.
func throughLinks(changes []history.Change, links map[string]string) []history.Change {
	seen := make(map[string]bool)
	for _, c := range changes {
		seen[c.Path] = true
	}
	// A path may lead through several links, and links may go in circles.
	const most = 8
	from := changes
	for range most {
		var more []history.Change
		for _, c := range from {
			for link, target := range links {
				rest, ok := strings.CutPrefix(c.Path+"/", target+"/")
				if target == "" {
					rest, ok = c.Path+"/", true
				}
				if !ok {
					continue
				}
				name := path.Join(link, rest)
				if !seen[name] {
					seen[name] = true
					more = append(more, history.Change{Path: name, Status: c.Status})
				}
			}
		}
		if len(more) == 0 {
			break
		}
		changes = append(changes, more...)
		from = more
	}
	return changes
}

// String returns the effect and the binary, for messages of tests.
func (b Binary) String() string {
	return fmt.Sprintf("%s %s because of %s", b.Label, b.Effect, b.Because)
}
