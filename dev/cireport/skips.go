package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"regexp"
	"slices"
)

// skip is a test that may be skipped.
type skip struct {
	label string
	// name is a regular expression for the whole name of a Go test.
	name   string
	reason string
}

// skips are the tests that CI may skip.
var skips = []skip{
	{"//gazelle_ext:gazelle_ext_test", "TestAgain/diff", "the case is about what Gazelle does not write"},
	{"//tests/isolation:process_test", "TestMergedPrintsTheSame", "other targets with this source run it"},
	{"//tests/image:image_test", "TestContainer", "a container may not be allowed to change the root folder"},
	{"//tools/mergectl/ui/serve:serve_test", "TestBrowser.*", "a sandbox has no browser: .ci/run runs them outside of Bazel"},
	{"//tools/mergectl:mergectl_test", "TestHasColor", "a container may have no /dev/ptmx"},
	{"//tools/testrunner:testrunner_test", "TestListening|TestRun/.*", "a container may have no /proc/PID/net"},
}

// unexpected returns the skipped tests of a target that are not allowed to be.
func unexpected(label string, skipped []string, allowed []skip) []string {
	return slices.DeleteFunc(skipped, func(name string) bool {
		return slices.ContainsFunc(allowed, func(s skip) bool {
			return s.label == label && regexp.MustCompile("^(?:"+s.name+")$").MatchString(name)
		})
	})
}

// readSkipped returns the names of the tests that test.xml files have as
// skipped.
func readSkipped(files []string) ([]string, error) {
	var names []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var suites struct {
			Suites []struct {
				Cases []struct {
					Name    string    `xml:"name,attr"`
					Skipped *struct{} `xml:"skipped"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(data, &suites); err != nil {
			return nil, fmt.Errorf("%s: %v", file, err)
		}
		for _, suite := range suites.Suites {
			for _, c := range suite.Cases {
				if c.Skipped != nil {
					names = append(names, c.Name)
				}
			}
		}
	}
	return names, nil
}
