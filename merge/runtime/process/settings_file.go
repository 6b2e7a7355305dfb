package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/merge/runtime/regular"
)

// settingsFileEnv names a file with settings that replace those in the BUILD
// files when the process starts.
const settingsFileEnv = "GO_MERGE_SETTINGS_FILE"

// settingsFileLimit is how large the file may be, in bytes.
const settingsFileLimit = 1 << 20

func readSettings(path string) ([]byte, error) { return regular.ReadFile(path, settingsFileLimit) }

// SettingsFile is what the settings file says in place of the BUILD files.
type SettingsFile struct {
	// Path is where the file is, "" if there is none. It is absolute once the file
	// has been taken over.
	Path string `json:"-"`
	// StartOrder is that of go_merged_binary.
	StartOrder *StartOrder `json:"start_order"`
	// Services has entries of services of the merged binary only.
	Services map[string]ServiceSettings `json:"services"`
}

// ServiceSettings are those of one service. The fields have the names and
// meanings of the attributes of go_merge_service; those that are nil are as the
// BUILD file says.
type ServiceSettings struct {
	Args       []string `json:"args"`
	EnvInherit []string `json:"env_inherit"`
	// Env has nil for variables that are not set.
	Env     map[string]*string `json:"env"`
	LogName *bool              `json:"log_name"`
	// Permissions has nil for classes that are not restricted.
	Permissions map[permission.Class][]string `json:"permissions"`
	// WorkingDirectory is "" for the process's.
	WorkingDirectory *string `json:"working_directory"`

	Listen      *bool    `json:"listen"`
	OnExit      *string  `json:"on_exit"`
	OnPanic     *string  `json:"on_panic"`
	Restart     *string  `json:"restart"`
	MaxInflight *int     `json:"max_inflight"`
	CPULimit    *float64 `json:"cpu_limit"`
}

// Names returns the names of the attributes that the settings replace, sorted.
func (s ServiceSettings) Names() []string {
	var names []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			names = append(names, v.Type().Field(i).Tag.Get("json"))
		}
	}
	slices.Sort(names)
	return names
}

// StartOrder is the order in which services start and stop: callees first, or
// that of a list of all services.
type StartOrder struct {
	CalleesFirst bool
	Listed       []string
}

// UnmarshalJSON reads "callees_first" or a list of names.
func (o *StartOrder) UnmarshalJSON(data []byte) error {
	if string(data) == `"callees_first"` {
		o.CalleesFirst = true
		return nil
	}
	if json.Unmarshal(data, &o.Listed) != nil {
		return fmt.Errorf(`start_order: %s is neither "callees_first" nor a list of services`, data)
	}
	return nil
}

// Errorf returns an error that names the file.
func (f *SettingsFile) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s: file %s: %w", settingsFileEnv, f.Path, fmt.Errorf(format, args...))
}

// readSettingsFile reads the settings file of a process with an environment, if
// there is one.
func readSettingsFile(whole map[string]string, services map[string]bool, readFile func(string) ([]byte, error)) (SettingsFile, error) {
	file := SettingsFile{Path: whole[settingsFileEnv]}
	if file.Path == "" {
		return file, nil
	}
	data, err := readFile(file.Path)
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if err == nil {
		err = decodeStrict(data, &file)
	}
	if err == nil {
		err = file.check(services)
	}
	if err != nil {
		err = file.Errorf("%w", err)
	}
	return file, err
}

func (f *SettingsFile) check(services map[string]bool) error {
	for _, service := range slices.Sorted(maps.Keys(f.Services)) {
		if !services[service] {
			return fmt.Errorf("there is no service %q; write %s", service, oneOf(services))
		}
		s := f.Services[service]
		if err := s.check(); err != nil {
			return fmt.Errorf("service %s: %w", service, err)
		}
	}
	if f.StartOrder == nil || f.StartOrder.CalleesFirst {
		return nil
	}
	listed := slices.Sorted(slices.Values(f.StartOrder.Listed))
	if all := slices.Sorted(maps.Keys(services)); !slices.Equal(listed, all) {
		return fmt.Errorf("start_order: %q is not a list of all services: %q", f.StartOrder.Listed, all)
	}
	return nil
}

// check returns an error for what no process could be started with, and for
// values that the attributes cannot have.
func (s *ServiceSettings) check() error {
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return fmt.Errorf("env: %q is not the name of a variable", name)
		}
		if value := s.Env[name]; value != nil && strings.Contains(*value, "\x00") {
			return fmt.Errorf("env: the value of %s contains a NUL byte", name)
		}
	}
	for _, arg := range s.Args {
		if strings.Contains(arg, "\x00") {
			return fmt.Errorf("args: %q contains a NUL byte", arg)
		}
	}
	if s.WorkingDirectory != nil && strings.Contains(*s.WorkingDirectory, "\x00") {
		return fmt.Errorf("working_directory: %q contains a NUL byte", *s.WorkingDirectory)
	}
	for _, choice := range []struct {
		name  string
		value *string
		of    []string
	}{
		{"on_exit", s.OnExit, []string{"keep", "stop"}},
		{"on_panic", s.OnPanic, []string{"contain", "crash"}},
		{"restart", s.Restart, []string{"never", "on_failure"}},
	} {
		if choice.value != nil && !slices.Contains(choice.of, *choice.value) {
			return fmt.Errorf("%s is %q; write %s", choice.name, *choice.value, strings.Join(choice.of, " or "))
		}
	}
	if s.MaxInflight != nil && *s.MaxInflight < 0 {
		return fmt.Errorf("max_inflight is %d; give the number of calls, or 0 for no limit", *s.MaxInflight)
	}
	if s.CPULimit != nil && !(*s.CPULimit >= 0 && *s.CPULimit < math.MaxInt32) {
		return fmt.Errorf("cpu_limit is %g; give the number of cores, or 0 for no limit", *s.CPULimit)
	}
	return nil
}

func oneOf(names map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), " or ")
}
