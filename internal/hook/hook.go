// Package hook says where a framework adapter has hooked itself into a
// service's copy of the framework, and where the framework's version does not
// let it.
package hook

import (
	"encoding/json"
	"fmt"
	"os"
)

// Report is about one package of a service that the adapter hooks. It is written
// by "mergegen overlay", and stands in the manifest.
type Report struct {
	// Service is the name of the service.
	Service string `json:"service"`
	// Package is the hooked package's import path.
	Package string `json:"package"`
	// Adapter is the label of the adapter that hooks it.
	Adapter string `json:"adapter,omitempty"`
	// Role is "client" or "server" for the packages that make inline calls and
	// take them, "both" for those that do both, "" for others.
	Role string `json:"role,omitempty"`
	// Module is the name of the framework, or of the library that it uses.
	Module string `json:"module"`
	// Version is that of the service's copy, "" if it is not known.
	Version string `json:"version"`
	// First and Last bound the versions that the adapter is tested with.
	First string `json:"first"`
	Last  string `json:"last"`
	// Hooked is false if the package stays as it is. Reasons then says why, and
	// Effect what that means.
	Hooked  bool     `json:"hooked"`
	Reasons []string `json:"reasons,omitempty"`
	Effect  string   `json:"effect,omitempty"`
}

// Roles of a [Report].
const (
	Client = "client"
	Server = "server"
	Both   = "both"
)

// IsClient reports whether inline calls are made in a package of this role.
func IsClient(role string) bool { return role == Client || role == Both }

// IsServer reports whether inline calls are taken in a package of this role.
func IsServer(role string) bool { return role == Server || role == Both }

// Load reads a report from a JSON file.
func Load(file string) (*Report, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: not the report of a hook: %w", file, err)
	}
	return &r, nil
}

// Save writes the report as JSON.
func (r *Report) Save(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o666)
}

// Misfit says that the adapter does not fit, and to what it would.
func (r *Report) Misfit() string {
	return fmt.Sprintf("the adapter does not fit the service's %s; it is tested with %s to %s", r.Framework(), r.First, r.Last)
}

// Framework names the framework and its version, as far as that is known.
func (r *Report) Framework() string {
	if r.Version == "" {
		return r.Module
	}
	return r.Module + " " + r.Version
}
