package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
)

// test is a test target of the run.
type test struct {
	label        string
	passed       bool
	incompatible bool     // it was left out, since it is not for this platform
	results      []string // paths of its test.xml files, of all runs and shards
}

// event has what is needed of Bazel's build events, whose fields are described
// in build_event_stream.proto.
type event struct {
	ID struct {
		TargetConfigured, TargetCompleted, TestResult, TestSummary struct{ Label string }
	}
	Configured  struct{ TestSize string }
	Aborted     struct{ Reason string }
	TestSummary struct{ OverallStatus string }
	TestResult  struct {
		TestActionOutput []struct{ Name, URI string }
	}
}

// readEvents returns the tests by label. A test that did not run to its end has
// not passed.
func readEvents(r io.Reader) ([]*test, error) {
	tests := map[string]*test{}
	var events []event
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if e.Configured.TestSize != "" {
			tests[e.ID.TargetConfigured.Label] = &test{label: e.ID.TargetConfigured.Label}
		}
		events = append(events, e)
	}
	for _, e := range events {
		if t := tests[e.ID.TargetCompleted.Label]; t != nil {
			t.incompatible = t.incompatible || e.Aborted.Reason == "SKIPPED"
		}
		if t := tests[e.ID.TestSummary.Label]; t != nil {
			t.passed = slices.Contains([]string{"PASSED", "FLAKY"}, e.TestSummary.OverallStatus)
		}
		if t := tests[e.ID.TestResult.Label]; t != nil {
			for _, output := range e.TestResult.TestActionOutput {
				if output.Name != "test.xml" {
					continue
				}
				uri, err := url.Parse(output.URI)
				if err != nil {
					return nil, err
				}
				if uri.Scheme == "file" { // not in a remote cache only
					t.results = append(t.results, uri.Path)
				}
			}
		}
	}
	labels := slices.Sorted(maps.Keys(tests))
	sorted := make([]*test, len(labels))
	for i, label := range labels {
		sorted[i] = tests[label]
	}
	return sorted, nil
}
