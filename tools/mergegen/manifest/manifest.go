// Package manifest merges what the build learned about a merged binary into one
// document, for mergectl and for people who want to know what went into it.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
)

// Inputs names the files to merge. All but Base may be empty.
type Inputs struct {
	// Base is written by the rule: an object with "name", "services" (objects
	// with at least a "name") and, optionally, "shared" and "deadlines".
	Base string
	// Links are lists of links, or objects with a list named "links".
	Links []string
	// Describes are objects whose "service" is the name of a service of Base;
	// their other members join that service's.
	Describes []string
	// Hooks are objects whose "service" is the name of a service of Base. They
	// are listed as that service's "hooks".
	Hooks []string
	// Digests are NAME=FILE: files that hold the digests of services of Base.
	Digests []string
	// Statuses are files with what Bazel stamps, which the revisions of services
	// may name in braces. Without them, such revisions are empty.
	Statuses []string
	// Overlays are lists of changes. Empty ones leave no trace.
	Overlays []string
}

// Manifest is the document. Its parts keep members that this package does not
// know; it is deterministic for given inputs.
type Manifest struct {
	Name string `json:"name"`
	// Label is that of the go_merged_binary.
	Label    string   `json:"label,omitempty"`
	Services []Object `json:"services"`
	Links    []any    `json:"links"`
	Overlays []any    `json:"overlays"`
	Shared   []any    `json:"shared"`
	// Deadlines is "strict" or "cooperative" by links, as the BUILD file has them.
	Deadlines map[string]string `json:"deadlines,omitempty"`
}

// Object is a JSON object. Its members are written in the order of their names.
type Object map[string]any

// Merge reads the inputs. Services stay in the order of the base, links and
// overlays in the order of their files.
func Merge(in Inputs) (*Manifest, error) {
	m := &Manifest{}
	if err := read(in.Base, m); err != nil {
		return nil, err
	}
	services, err := m.byName(in.Base)
	if err != nil {
		return nil, err
	}
	for _, file := range in.Describes {
		if err := join(file, in.Base, services); err != nil {
			return nil, err
		}
	}
	for _, file := range in.Hooks {
		if err := addHook(file, in.Base, services); err != nil {
			return nil, err
		}
	}
	for _, s := range services {
		if s["hooks"] == nil {
			s["hooks"] = []any{}
		}
	}
	if err := addDigests(in.Digests, in.Base, services); err != nil {
		return nil, err
	}
	if err := stampRevisions(in.Statuses, services); err != nil {
		return nil, err
	}
	for _, file := range in.Links {
		links, err := list(file, "links")
		if err != nil {
			return nil, err
		}
		m.Links = append(m.Links, links...)
	}
	for _, file := range in.Overlays {
		changes, err := list(file, "overlays")
		if err != nil {
			return nil, err
		}
		m.Overlays = append(m.Overlays, changes...)
	}
	// Readers get empty lists rather than null.
	for _, l := range []*[]any{&m.Links, &m.Overlays, &m.Shared} {
		if *l == nil {
			*l = []any{}
		}
	}
	return m, nil
}

// Marshal returns the document as indented JSON.
func (m *Manifest) Marshal() ([]byte, error) { return marshal(m) }

func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// byName indexes the services of the base.
func (m *Manifest) byName(base string) (map[string]Object, error) {
	if m.Name == "" {
		return nil, fmt.Errorf("manifest base %s: no name of the merged binary", base)
	}
	services := map[string]Object{}
	for i, s := range m.Services {
		name, _ := s["name"].(string)
		if name == "" {
			return nil, fmt.Errorf("manifest base %s: service %d of %s has no name", base, i+1, m.Name)
		}
		if services[name] != nil {
			return nil, fmt.Errorf("manifest base %s: %s has two services named %s: give one of them another name", base, m.Name, name)
		}
		services[name] = s
	}
	if len(services) == 0 {
		return nil, fmt.Errorf("manifest base %s: %s has no services", base, m.Name)
	}
	return services, nil
}

// join adds the members of a description to its service.
func join(file, base string, services map[string]Object) error {
	var description Object
	if err := read(file, &description); err != nil {
		return err
	}
	name, _ := description["service"].(string)
	service := services[name]
	if service == nil {
		return fmt.Errorf("description %s is of service %q, which is not a service of manifest base %s", file, name, base)
	}
	var members []string
	for member := range description {
		members = append(members, member)
	}
	slices.Sort(members)
	for _, member := range members {
		value := description[member]
		if member == "service" {
			continue
		}
		if old, ok := service[member]; ok && !reflect.DeepEqual(old, value) {
			return fmt.Errorf("service %s: manifest base %s and description %s disagree on %q: %v and %v", name, base, file, member, old, value)
		}
		service[member] = value
	}
	return nil
}

// addHook adds the report of a hook to its service.
func addHook(file, base string, services map[string]Object) error {
	var report Object
	if err := read(file, &report); err != nil {
		return err
	}
	name, _ := report["service"].(string)
	service := services[name]
	if service == nil {
		return fmt.Errorf("hook report %s is of service %q, which is not a service of manifest base %s", file, name, base)
	}
	delete(report, "service")
	hooks, _ := service["hooks"].([]any)
	service["hooks"] = append(hooks, report)
	return nil
}

// list reads a list, or the list under name in an object.
func list(file, name string) ([]any, error) {
	var value any
	if err := read(file, &value); err != nil {
		return nil, err
	}
	if object, ok := value.(map[string]any); ok {
		value = object[name]
	}
	items, ok := value.([]any)
	if !ok && value != nil {
		return nil, fmt.Errorf("%s: neither a list nor an object with a list named %q", file, name)
	}
	return items, nil
}

// read decodes a file that holds one JSON value. Numbers keep their spelling.
func read(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("manifest: %s is not the JSON it should be: %w", file, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("manifest: %s has more after its JSON value", file)
	}
	return nil
}
