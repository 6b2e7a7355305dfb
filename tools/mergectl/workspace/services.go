package workspace

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/pathtools"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// Service is a main package that makes servers or clients.
type Service struct {
	Name, Dir string
	// Serves is set if it makes a server. Gazelle gives others a go_merge_service
	// only if a directive names them.
	Serves bool
	// Binary and Target are the names of its go_binary and go_merge_service,
	// as they are or as Gazelle is going to write them.
	Binary, Target string
	// Written is set if the go_merge_service is in a BUILD file already.
	Written bool
	// Renamed is set if the name is not the one that Gazelle would choose, since
	// another service has it.
	Renamed bool
	// Unreachable is set if the go_merge_service has listen = False.
	Unreachable bool
	// Folder is the working_directory of the go_merge_service, "" for the
	// process's.
	Folder  string
	Module  *Module
	Program *scan.Program
	// Targets are the patterns of what others dial to reach it, as its
	// go_merge_service at TargetsAt has them.
	Targets   []string
	TargetsAt string
	// listed are the RPC services that the go_merge_service, at listedAt, says
	// that it serves. Without any it serves those of its Program.
	listed   []string
	listedAt string
}

// Label returns the label of the go_merge_service.
func (s *Service) Label() string { return "//" + s.Dir + ":" + s.Target }

// findServices reads the main packages.
func (w *Workspace) findServices() error {
	for _, dir := range w.Packages {
		if p := w.Tree.Package(dir); p == nil || p.Name != "main" && p.Err == nil {
			continue
		}
		s, err := w.readService(dir)
		if err != nil {
			w.Unread = append(w.Unread, err)
			continue
		}
		if s == nil {
			continue
		}
		if err := w.nameTargets(s); err != nil {
			return err
		}
		w.Services = append(w.Services, s)
	}
	w.nameServices()
	slices.SortFunc(w.Services, func(a, b *Service) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	return nil
}

// readService reads a main package. It returns nil if there is no server and no
// client in it.
func (w *Workspace) readService(dir string) (*Service, error) {
	serves, err := w.Tree.Uses(dir, scan.Use{Serves: true})
	if err != nil {
		return nil, err
	}
	uses, err := w.Tree.Uses(dir, scan.Use{Serves: true, Calls: true})
	if err != nil || !uses {
		return nil, err
	}
	s := &Service{Dir: dir, Serves: serves, Module: w.ModuleOf(dir)}
	if s.Module == nil {
		return nil, fmt.Errorf("%s: this service belongs to no Go module; run go mod init in its folder or in one above", dir)
	}
	s.Program, err = w.Tree.Program(dir)
	return s, err
}

// nameTargets finds the service's targets in the BUILD file, or names them as
// Gazelle does.
func (w *Workspace) nameTargets(s *Service) error {
	s.Binary = pathtools.RelBaseName(s.Dir, s.Module.Path(), w.Root)
	name, data, err := w.BuildFile(s.Dir)
	if err != nil {
		return err
	}
	file, err := build.ParseBuild(name, data)
	if err != nil {
		return err
	}
	if binaries := file.Rules("go_binary"); len(binaries) == 1 {
		s.Binary = binaries[0].Name()
	}
	s.Target = naming.Target(s.Binary, s.Dir)
	for _, r := range file.Rules("go_merge_service") {
		if l, err := label.Parse(r.AttrString("binary")); err == nil && l.Abs("", s.Dir) == label.New("", s.Dir, s.Binary) {
			s.Target, s.Written = r.Name(), true
			listen, _ := r.Attr("listen").(*build.Ident)
			s.Unreachable = listen != nil && listen.Name == "False"
			s.Folder = r.AttrString("working_directory")
			s.listed = r.AttrStrings("serves")
			start, _ := r.Call.Span()
			s.listedAt = fmt.Sprintf("%s:%d", name, start.Line)
			s.Targets, s.TargetsAt = r.AttrStrings("targets"), s.listedAt
		}
	}
	return nil
}

// nameServices gives each service a unique name.
func (w *Workspace) nameServices() {
	byName := make(map[string][]*Service)
	for _, s := range w.Services {
		s.Name = naming.Service(s.Target)
		byName[s.Name] = append(byName[s.Name], s)
	}
	for _, s := range w.Services {
		if same := byName[s.Name]; s.Written || len(same) == 1 && !naming.Reserved(s.Name) {
			continue
		}
		if name := distinctName(s, byName); name != s.Name {
			byName[name] = append(byName[name], s)
			s.Name, s.Target, s.Renamed = name, name+naming.Suffix, true
		}
	}
}

// general names say nothing about a service but that it is one.
var general = []string{"app", "bin", "cmd", "main", "rpc", "server", "service", "srv", "svc"}

// distinctName names a service after the nearest folder above that tells it from
// the others of its name, and that name if it says something.
func distinctName(s *Service, taken map[string][]*Service) string {
	free := func(name string) bool { return !naming.Reserved(name) && len(taken[name]) == 0 }
	dirs := folders(s)
	for _, dir := range slices.Backward(dirs[:len(dirs)-1]) {
		shared := slices.ContainsFunc(taken[s.Name], func(other *Service) bool {
			return other != s && slices.Contains(folders(other), dir)
		})
		name := dir
		if !slices.Contains(general, s.Name) && !naming.Reserved(s.Name) {
			name = dir + "_" + s.Name
		}
		if !shared && free(name) {
			return name
		}
	}
	if name := strings.Join(dirs, "_"); free(name) {
		return name
	}
	return s.Name
}

// folders returns the elements of the path to a service: those of its module's
// path, which say more than the folders above the repository, and its folder's.
func folders(s *Service) []string {
	return strings.Split(path.Join(s.Module.Path(), s.Dir), "/")
}
