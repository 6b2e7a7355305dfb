package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
)

// skip is a test that was skipped.
type skip struct {
	target, test, message string
}

// expectation is a line of the file of expected skips. Target and test are patterns
// as in path.Match.
type expectation struct {
	target, test, reason string
}

type expectations []expectation

func (all expectations) has(s skip) bool {
	for _, e := range all {
		target, _ := path.Match(e.target, s.target)
		test, _ := path.Match(e.test, s.test)
		if target && test {
			return true
		}
	}
	return false
}

// parseExpected parses the file of expected skips. A line that begins with # is a
// comment.
func parseExpected(name, text string) (expectations, error) {
	var all expectations
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 {
			return nil, fmt.Errorf("%s:%d: want target, test and reason", name, n)
		}
		for _, pattern := range fields[:2] {
			if _, err := path.Match(pattern, ""); err != nil {
				return nil, fmt.Errorf("%s:%d: %s: %w", name, n, pattern, err)
			}
		}
		all = append(all, expectation{fields[0], fields[1], strings.Join(fields[2:], " ")})
	}
	return all, nil
}

// event is the part that matters of an event of Bazel's build event protocol.
type event struct {
	ID struct {
		TestResult struct{ Label string }
	}
	TestResult struct {
		TestActionOutput []struct{ Name, URI string }
	}
}

// report is the part that matters of a test.xml file, which rules_go writes as JUnit
// does.
type report struct {
	Suites []struct {
		Cases []struct {
			Name    string `xml:"name,attr"`
			Skipped *struct {
				Text string `xml:",chardata"`
			} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// read returns the tests that were skipped in what Bazel's events tell of.
func read(events io.Reader) ([]skip, error) {
	var skips []skip
	files := 0
	lines := bufio.NewScanner(events)
	// The event of a target with many files is long.
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		for _, output := range e.TestResult.TestActionOutput {
			if output.Name != "test.xml" {
				continue
			}
			files++
			found, err := readReport(e.ID.TestResult.Label, output.URI)
			if err != nil {
				return nil, err
			}
			skips = append(skips, found...)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if files == 0 {
		return nil, errors.New("no test has a test.xml: are these the events of a bazel test?")
	}
	return skips, nil
}

func readReport(target, uri string) ([]skip, error) {
	location, err := url.Parse(uri)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(location.Path)
	if err != nil {
		return nil, err
	}
	var r report
	if err := xml.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", location.Path, err)
	}
	var skips []skip
	for _, suite := range r.Suites {
		for _, c := range suite.Cases {
			if c.Skipped != nil {
				skips = append(skips, skip{target, c.Name, strings.TrimSpace(c.Skipped.Text)})
			}
		}
	}
	return skips, nil
}
