package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// config is what the BUILD file says about a test. Files are named by their
// path below the folder of runfiles.
type config struct {
	// Label is the target's.
	Label string `json:"label"`
	// Binary is the merged binary, and Test the Go test.
	Binary string `json:"binary"`
	Test   string `json:"test"`
	// Env holds variables of both, with placeholders for ports; BinaryEnv and
	// TestEnv those that their own targets have.
	Env       map[string]string `json:"env"`
	BinaryEnv map[string]string `json:"binary_env"`
	TestEnv   map[string]string `json:"test_env"`
	// Inline names the links of which all calls must be inline.
	Inline []string `json:"inline"`
	// AllowGoroutines is by how many goroutines each service may grow in every
	// run of the test.
	AllowGoroutines int `json:"allow_goroutines"`
	// ExitCode is the exit code of the process after SIGTERM.
	ExitCode int `json:"exit_code"`
}

func readConfig(path string) (*config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := new(config)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}
