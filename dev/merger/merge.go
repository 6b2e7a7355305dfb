package merger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Settings is what a BUILD file says about a service. What is not set is as by
// default, but for variables: without EnvInherit it inherits those that every
// service does.
type Settings struct {
	// Listen is whether the service keeps listening on its addresses.
	Listen bool
	// Args, Env, EnvInherit, LogName, Permissions and OnExit are the attributes of
	// these names.
	Args, EnvInherit []string
	Env              map[string]string
	LogName          bool
	Permissions      map[string][]string
	OnExit           string
	// Targets are what callers dial to reach the service.
	Targets []string
}

// linked returns the settings in the form that package process reads.
func (s *Settings) linked(service string) []any {
	env, permissions, tag := [][2]string{}, []any{}, ""
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		env = append(env, [2]string{name, s.Env[name]})
	}
	for _, class := range slices.Sorted(maps.Keys(s.Permissions)) {
		permissions = append(permissions, []any{class, s.Permissions[class]})
	}
	if s.LogName {
		tag = service + ": "
	}
	return []any{service, env, s.EnvInherit, s.Args, tag, permissions, "", !s.Listen}
}

// Merge links services into one program and returns its file. They start in the order of
// their links.
func (m *Merger) Merge(name string, services ...*Service) (string, error) {
	return m.merge(name, services)
}

// MergeAsListed is Merge with services that start as listed, and do not wait until
// others serve what they call.
func (m *Merger) MergeAsListed(name string, services ...*Service) (string, error) {
	return m.merge(name, services, "--start-as-listed")
}

// Links returns the file that mergegen has written about the links from a service of a
// merged program, in JSON.
func (m *Merger) Links(name string, caller *Service) string {
	return filepath.Join(m.dir, name+"."+caller.Name+".links.json")
}

func (m *Merger) merge(name string, services []*Service, flags ...string) (string, error) {
	var hooks, callees, exports, mains, glues []string
	imports := maps.Clone(m.originals)
	objects := make(map[string]string)
	for path, original := range m.originals {
		objects[path] = original.object
	}
	for _, s := range services {
		for _, report := range s.hooks {
			hooks = append(hooks, "--hook", report)
		}
		callees = append(callees, "--callee", s.description)
		for _, path := range s.types {
			exports = append(exports, "--export", s.Name+"/"+path+"="+s.archives[path].export)
		}
		for _, a := range s.archives {
			imports[a.path] = imported{a.path, a.archive}
			objects[a.path] = a.object
		}
	}
	for _, s := range services {
		source, path := m.File("glue.go"), name+".glue/"+s.Name
		params := slices.Concat([]string{"--caller", s.description, "-o", source, "--manifest", m.Links(name, s)}, callees, hooks, exports)
		if err := m.runMergegen("glue", params); err != nil {
			return "", err
		}
		a, err := m.compile(path, []string{source}, "", imports)
		if err != nil {
			return "", err
		}
		imports[path], objects[path] = imported{path, a}, a.object
		glues = append(glues, "--glue", path)
		mains = append(mains, "--service", fmt.Sprintf("%s=%s=%s/%s=%t=", s.Name, s.Name, s.Name, s.Path, s.Listen),
			"--lifecycle", s.Name+"="+cmp.Or(s.OnExit, "stop")+"=crash=never=0=")
	}
	source := m.File("main.go")
	params := slices.Concat([]string{"--name", name, "--signal-views", "-o", source}, mains, glues, hooks, flags)
	if err := m.runMergegen("main", params); err != nil {
		return "", err
	}
	main, err := m.compile("main", []string{source}, "", imports)
	if err != nil {
		return "", err
	}
	return m.link(name, main.object, objects, services)
}

// link links a program from object files by path.
func (m *Merger) link(name, main string, objects map[string]string, services []*Service) (string, error) {
	var config strings.Builder
	for path, file := range objects {
		fmt.Fprintf(&config, "packagefile %s=%s\n", path, file)
	}
	importcfg, err := m.write("importcfg", config.String())
	if err != nil {
		return "", err
	}
	var settings []any
	for _, s := range services {
		settings = append(settings, s.linked(s.Name))
	}
	setting, err := json.Marshal(settings)
	if err != nil {
		return "", err
	}
	file := m.File(name)
	args := []string{"-importcfg", importcfg, "-X", runtimePath + "/process.settings=" + string(setting),
		"-X", "runtime.godebugDefault=tracebacklabels=1", "-s", "-w", "-o", file}
	if m.Race {
		args = append(args, "-race")
	}
	_, err = m.Run(m.dir, "link", append(args, main)...)
	return file, err
}
