package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// settings is set by the linker to what the BUILD files say about the services
// of a merged binary: a JSON list with one entry per service.
var settings string

// servicesFileEnv names a file with settings that replace those in the BUILD
// files when the process starts.
const servicesFileEnv = "GO_MERGE_SERVICES_FILE"

// declared is what the BUILD files say about a service. It is written as JSON
// lists only: rules_go takes braces outside of strings for stamp variables.
type declared struct {
	service string
	env     [][2]string
	inherit []string
	args    []string
	logTag  string
	allowed []allowed
}

func (d *declared) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&d.service, &d.env, &d.inherit, &d.args, &d.logTag, &d.allowed})
}

// started is what the file says about a service. A variable that is null is
// not set, and a class of permissions that is null is not restricted.
type started struct {
	Env         map[string]*string            `json:"env"`
	Args        []string                      `json:"args"`
	Permissions map[permission.Class][]string `json:"permissions"`
}

// always are the variables that every service inherits: those that describe the
// machine and not a service, and those of a Bazel test and of runfiles.
var always = []string{
	"HOME", "HOSTNAME", "LANG", "LC_*", "LOGNAME", "PATH", "PWD", "SHELL", "TMPDIR", "TZ", "USER",
	"GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "SSL_CERT_DIR", "SSL_CERT_FILE",
	"BUILD_WORKING_DIRECTORY", "BUILD_WORKSPACE_DIRECTORY", "JAVA_RUNFILES", "RUNFILES_*", "TEST_*",
}

// parse returns each service's view of a process that was started with args and
// environ. readFile reads the settings file.
func parse(settings string, args, environ []string, readFile func(string) ([]byte, error)) (map[string]*Process, error) {
	if settings == "" {
		return nil, nil
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
	file, err := readServicesFile(whole[servicesFileEnv], names, readFile)
	if err != nil {
		return nil, err
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
			if all[only], err = alone(d, args, whole, file[only].Permissions, permissions); err != nil {
				return nil, err
			}
			continue
		}
		env := inherited(whole, append(slices.Clone(always), d.inherit...), names)
		own := map[string]bool{}
		set := func(name, value string) {
			env[name], own[name] = value, true
		}
		for _, v := range d.env {
			set(v[0], v[1])
		}
		for name, value := range file[d.service].Env {
			if value == nil {
				delete(env, name)
				delete(own, name)
			} else {
				set(name, *value)
			}
		}
		for name, value := range whole {
			if name, ok := strings.CutPrefix(name, Variable(d.service, "")); ok && name != "" {
				set(name, value)
			}
		}
		ownNames := slices.Sorted(maps.Keys(own))
		for _, name := range ownNames {
			if err := checkRuntimeVariable(d.service, name); err != nil {
				return nil, err
			}
		}
		ownArgs := d.args
		if file[d.service].Args != nil {
			ownArgs = file[d.service].Args
		}
		may, err := permissions(d, file[d.service].Permissions, env)
		if err != nil {
			return nil, err
		}
		all[d.service] = &Process{
			service: d.service,
			args:    slices.Concat(args[:min(1, len(args))], ownArgs, given[d.service]),
			logTag:  d.logTag,
			env:     newServiceEnvironment(env, may),
			own:     ownNames,
			may:     may,
		}
	}
	return all, nil
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

// readServicesFile reads the settings file, if there is one.
func readServicesFile(path string, services map[string]bool, readFile func(string) ([]byte, error)) (map[string]started, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readFile(path)
	if err != nil {
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return nil, fmt.Errorf("%s: file %s: %w", servicesFileEnv, path, err)
	}
	var file map[string]*started
	if err := decodeStrict(data, &file); err != nil {
		return nil, fmt.Errorf("%s: file %s: %w", servicesFileEnv, path, err)
	}
	settings := map[string]started{}
	for _, service := range slices.Sorted(maps.Keys(file)) {
		if !services[service] {
			return nil, fmt.Errorf("%s: file %s: there is no service %q; write %s",
				servicesFileEnv, path, service, oneOf(services))
		}
		if err := file[service].check(); err != nil {
			return nil, fmt.Errorf("%s: file %s: service %s: %w", servicesFileEnv, path, service, err)
		}
		settings[service] = *file[service]
	}
	return settings, nil
}

// check returns an error for what no process could be started with.
func (s *started) check() error {
	if s == nil {
		return errors.New("null is not an object; leave the service out")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return fmt.Errorf("env: %q is not the name of a variable", name)
		}
		if value := s.Env[name]; value != nil && strings.Contains(*value, "\x00") {
			return fmt.Errorf("env: the value of %s has a NUL", name)
		}
	}
	for _, arg := range s.Args {
		if strings.Contains(arg, "\x00") {
			return fmt.Errorf("args: %q has a NUL", arg)
		}
	}
	return nil
}

func oneOf(services map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(services)), " or ")
}
