package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
)

type xmlSuite struct {
	XMLName  xml.Name  `xml:"testsuite"`
	Name     string    `xml:"name,attr"`
	Tests    int       `xml:"tests,attr"`
	Failures int       `xml:"failures,attr"`
	Errors   int       `xml:"errors,attr"`
	Skipped  int       `xml:"skipped,attr"`
	Cases    []xmlCase `xml:"testcase"`
}

type xmlCase struct {
	ClassName string      `xml:"classname,attr"`
	Name      string      `xml:"name,attr"`
	Failure   *xmlFailure `xml:"failure"`
}

type xmlFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

const (
	xmlBegin = "<testsuites>"
	xmlEnd   = "</testsuites>"
)

// addToXML adds a suite with the checks to the report that the Go test wrote,
// which may be missing. Without a path it does nothing.
func addToXML(path, suite string, checks []check) error {
	if path == "" {
		return nil
	}
	s := xmlSuite{Name: suite, Tests: len(checks)}
	for _, c := range checks {
		x := xmlCase{ClassName: "go_merged_test", Name: c.name}
		if c.err != nil {
			s.Failures++
			x.Failure = &xmlFailure{Message: "Failed", Text: c.err.Error()}
		}
		s.Cases = append(s.Cases, x)
	}
	added, err := xml.MarshalIndent(s, "\t", "\t")
	if err != nil {
		return err
	}
	report, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(report) == 0 {
		report, err = []byte(xml.Header+xmlBegin+"\n"+xmlEnd), nil
	}
	if err != nil {
		return err
	}
	end := bytes.LastIndex(report, []byte(xmlEnd))
	if end < 0 {
		return errors.New(path + " does not end in " + xmlEnd)
	}
	own := append(bytes.TrimSpace(report[:end]), '\n')
	return os.WriteFile(path, append(append(own, added...), "\n"+xmlEnd...), 0o666)
}
