package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// settings is set by the linker to what the BUILD files say about the services
// of a merged binary: a JSON list with one entry per service.
var settings string

// declared is what the BUILD files say about a service. It is written as JSON
// lists only: rules_go takes braces outside of strings for stamp variables.
type declared struct {
	service string
	env     [][2]string
	inherit []string
	args    []string
	logTag  string
	allowed []allowed
	folder  string // "" for the process's

	inProcessOnly bool // listen is False
}

func (d *declared) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&d.service, &d.env, &d.inherit, &d.args, &d.logTag, &d.allowed, &d.folder, &d.inProcessOnly})
}

// always are the variables that every service inherits: those that describe the
// machine and not a service, and those of a Bazel test and of runfiles.
var always = []string{
	"HOME", "HOSTNAME", "LANG", "LC_*", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "TZ", "USER",
	"GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "SSL_CERT_DIR", "SSL_CERT_FILE",
	"BUILD_WORKING_DIRECTORY", "BUILD_WORKSPACE_DIRECTORY", "JAVA_RUNFILES", "RUNFILES_*", "TEST_*",
}

// parsed is what the process was started with.
type parsed struct {
	services map[string]*Process // by name
	file     SettingsFile
}

// parse returns each service's view of a process that was started with args and
// environ. readFile reads the settings file.
func parse(settings string, args, environ []string, readFile func(string) ([]byte, error)) (*parsed, error) {
	if settings == "" {
		return &parsed{}, nil
	}
	var services []*declared
	if err := json.Unmarshal([]byte(settings), &services); err != nil {
		return nil, fmt.Errorf("settings of the services: %w", err)
	}
	names := map[string]bool{}
	for _, d := range services {
		names[d.service] = true
	}
	whole := newEnvironment(environ).values
	file, err := readSettingsFile(whole, names, readFile)
	if err != nil {
		return nil, err
	}
	for _, d := range services {
		if err := d.replace(file.Services[d.service]); err != nil {
			return nil, file.Errorf("service %s: %w", d.service, err)
		}
	}
	only := whole[onlyEnv]
	if err := checkOnly(only, names); err != nil {
		return nil, err
	}
	var given map[string][]string
	if only == "" {
		if given, err = splitArgs(args, names); err != nil {
			return nil, err
		}
	}
	permissions, err := permissionsIn(whole[permissionsEnv])
	if err != nil {
		return nil, err
	}
	all := map[string]*Process{}
	for _, d := range services {
		if d.service == only {
			if all[only], err = alone(d, args, whole, file.Services[only].Permissions, permissions); err != nil {
				return nil, err
			}
			continue
		}
		env, own := d.environment(whole, file.Services[d.service].Env, names)
		for _, name := range own {
			if err := checkRuntimeVariable(d.service, name); err != nil {
				return nil, err
			}
		}
		dir, err := ownFolder(d.service, d.folder, env)
		if err != nil {
			return nil, err
		}
		if env["PWD"] != "" && dir.Name != "" && !slices.Contains(own, "PWD") {
			env["PWD"] = dir.Name
		}
		may, err := permissions(d, file.Services[d.service].Permissions, env, dir)
		if err != nil {
			return nil, err
		}
		all[d.service] = &Process{
			service: d.service,
			args:    slices.Concat(programName(args, dir), d.args, given[d.service]),
			logTag:  d.logTag,
			env:     newServiceEnvironment(env, may),
			own:     own,
			may:     may,

			inProcessOnly: d.inProcessOnly,
		}
		if dir.Name != "" {
			all[d.service].folder.begin = dir.Resolved
			all[d.service].StartAgain()
		}
	}
	if file.Path != "" {
		// For children: a service may change the working folder.
		if file.Path, err = filepath.Abs(file.Path); err != nil {
			return nil, err
		}
	}
	binary := &parsed{all, file}
	for _, p := range all {
		p.binary = binary
	}
	return binary, nil
}

// programName returns the first of args, if there is one, as a service with its own
// folder finds the program by it: absolute, unless a shell has looked it up.
func programName(args []string, dir permission.Folder) []string {
	name := args[:min(1, len(args))]
	if dir.Name == "" || len(name) == 0 || !strings.Contains(name[0], "/") {
		return name
	}
	if path, err := filepath.Abs(name[0]); err == nil {
		return []string{path}
	}
	return name
}

// replace takes over what the settings file says in place of the BUILD file.
func (d *declared) replace(s ServiceSettings) error {
	if s.Args != nil {
		d.args = s.Args
	}
	if s.EnvInherit != nil {
		d.inherit = s.EnvInherit
	}
	if s.LogName != nil {
		d.logTag = ""
		if *s.LogName {
			d.logTag = d.service + ": "
		}
	}
	if s.Listen != nil {
		d.inProcessOnly = !*s.Listen
	}
	if s.WorkingDirectory != nil {
		if d.folder == "" {
			return errors.New("working_directory: the file can only replace one that the go_merge_service has: set it there, and build again")
		}
		d.folder = *s.WorkingDirectory
	}
	return nil
}

// environment returns the variables that the service sees of the whole process's,
// and the names of those that are set for it alone, sorted. fromFile is what the
// settings file says.
func (d *declared) environment(whole map[string]string, fromFile map[string]*string, services map[string]bool) (env map[string]string, own []string) {
	env = inherited(whole, append(slices.Clone(always), d.inherit...), services)
	names := map[string]bool{}
	set := func(name, value string) {
		env[name], names[name] = value, true
	}
	for _, v := range d.env {
		set(v[0], v[1])
	}
	for name, value := range fromFile {
		if value == nil {
			delete(env, name)
			delete(names, name)
		} else {
			set(name, *value)
		}
	}
	for name, value := range whole {
		if name, ok := strings.CutPrefix(name, Variable(d.service, "")); ok && name != "" {
			set(name, value)
		}
	}
	return env, slices.Sorted(maps.Keys(names))
}

// inherited returns the variables that match one of the patterns, which are
// names or beginnings of names followed by a star. Variables for one service
// are nobody else's.
func inherited(whole map[string]string, patterns []string, services map[string]bool) map[string]string {
	env := map[string]string{}
	for name, value := range whole {
		matches := slices.ContainsFunc(patterns, func(pattern string) bool {
			start, isPrefix := strings.CutSuffix(pattern, "*")
			return name == pattern || isPrefix && strings.HasPrefix(name, start)
		})
		if matches && !isForOne(name, services) {
			env[name] = value
		}
	}
	return env
}

func isForOne(name string, services map[string]bool) bool {
	for service := range services {
		if strings.HasPrefix(name, Variable(service, "")) {
			return true
		}
	}
	return false
}

// splitArgs distributes arguments of the form SERVICE:ARGUMENT.
func splitArgs(args []string, services map[string]bool) (map[string][]string, error) {
	given := map[string][]string{}
	for _, arg := range args[min(1, len(args)):] {
		service, rest, ok := strings.Cut(arg, ":")
		if !ok || !services[service] {
			return nil, fmt.Errorf("argument %q is for no service: write SERVICE:ARGUMENT, where SERVICE is %s",
				arg, oneOf(services))
		}
		given[service] = append(given[service], rest)
	}
	return given, nil
}
