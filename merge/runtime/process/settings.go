package process

import (
	"bytes"
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
	given, err := splitArgs(args, names)
	if err != nil {
		return nil, err
	}
	permissions, err := permissionsIn(whole[permissionsEnv])
	if err != nil {
		return nil, err
	}
	all := map[string]*Process{}
	for _, d := range services {
		env := inherited(whole, append(slices.Clone(always), d.inherit...), names)
		for _, v := range d.env {
			env[v[0]] = v[1]
		}
		for name, value := range file[d.service].Env {
			if value == nil {
				delete(env, name)
			} else {
				env[name] = *value
			}
		}
		for name, value := range whole {
			if name, ok := strings.CutPrefix(name, Variable(d.service, "")); ok && name != "" {
				env[name] = value
			}
		}
		own := d.args
		if file[d.service].Args != nil {
			own = file[d.service].Args
		}
		may, err := permissions(d, file[d.service].Permissions, env)
		if err != nil {
			return nil, err
		}
		all[d.service] = &Process{
			service: d.service,
			args:    slices.Concat(args[:min(1, len(args))], own, given[d.service]),
			logTag:  d.logTag,
			env:     newServiceEnvironment(env, may),
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
	var file map[string]started
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: file %s: %w", servicesFileEnv, path, err)
	}
	for service := range file {
		if !services[service] {
			return nil, fmt.Errorf("%s: file %s: there is no service %q; write %s",
				servicesFileEnv, path, service, oneOf(services))
		}
	}
	return file, nil
}

func oneOf(services map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(services)), " or ")
}
