package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// linksEnv holds rules, separated by commas or newlines, for the time from the
// start of the process on.
const linksEnv = "GO_MERGE_LINKS"

// built is the source of the rules that the build has set.
const built = "deadlines in the BUILD file"

// Start applies the rules of the build, of the environment and of the rules file, and
// watches the file until stop is called. All links have to be known. It fails if the
// build's or the environment's rules are wrong, so that the process does not run in a
// state that nobody asked for.
func (s *Switch) Start(build []string, getenv func(string) string) (stop func(), err error) {
	if err := s.begin(BuildLayer, built, build, func(int) string { return built }); err != nil {
		return nil, err
	}
	items := strings.FieldsFunc(getenv(linksEnv), func(r rune) bool { return r == ',' || r == '\n' })
	err = s.begin(EnvLayer, linksEnv, items, func(n int) string {
		if len(items) == 1 {
			return linksEnv
		}
		return fmt.Sprintf("%s, rule %d", linksEnv, n)
	})
	if err != nil {
		return nil, err
	}

	path := getenv(linksFileEnv)
	if path == "" {
		return func() {}, nil
	}
	// A service may change the working folder.
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("%s: %w", linksFileEnv, err)
	}
	f := &rulesFile{path: path, id: s.processID(getenv), rules: s, settle: func() { time.Sleep(rulesFileSettle) }, now: time.Now}
	return f.watch(rulesFilePoll), nil
}

// processID returns what the process is known by in the share of processes.
func (s *Switch) processID(getenv func(string) string) string {
	if id := getenv(processIDEnv); id != "" {
		return id
	}
	host, err := os.Hostname()
	if err != nil {
		s.logger.Printf("links: the host has no name, so all processes without %s are the same one: %v", processIDEnv, err)
	}
	return host
}

// begin makes rules the first of a layer.
func (s *Switch) begin(l Layer, source string, items []string, position func(n int) string) error {
	rules, err := ParseRules(items, position)
	if err != nil {
		return err
	}
	if err := s.Check(rules); err != nil {
		return err
	}
	s.Replace(l, source, rules)
	return nil
}
