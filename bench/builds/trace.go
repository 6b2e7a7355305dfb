package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// trace is what Bazel's profile tells about a build.
type trace struct {
	critical time.Duration // of the critical path
	actions  []action
}

// action is an action that was executed.
type action struct {
	mnemonic string
	output   string // path of the first output
	took     time.Duration
}

// readTrace reads a file that --profile wrote, with
// --experimental_profile_include_primary_output.
func readTrace(path string) (*trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var text struct {
		TraceEvents []struct {
			Category string `json:"cat"`
			Micros   int64  `json:"dur"`
			Output   string `json:"out"`
			Args     struct{ Mnemonic string }
		}
	}
	if err := json.NewDecoder(unpacked).Decode(&text); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := &trace{}
	for _, e := range text.TraceEvents {
		took := time.Duration(e.Micros) * time.Microsecond
		switch e.Category {
		case "critical path component":
			t.critical += took
		case "action processing":
			t.actions = append(t.actions, action{e.Args.Mnemonic, e.Output, took})
		}
	}
	return t, nil
}

// sum adds up the times of actions of one kind, and counts them.
func (t *trace) sum(mnemonic string) (took time.Duration, n int) {
	for _, a := range t.actions {
		if a.mnemonic == mnemonic {
			took += a.took
			n++
		}
	}
	return took, n
}
