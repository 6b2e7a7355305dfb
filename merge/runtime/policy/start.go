package policy

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// linksEnv holds rules, separated by commas or newlines, for the time from the
// start of the process on.
const linksEnv = "GO_MERGE_LINKS"

// Start applies the rules of the environment and of the rules file, and watches
// the file until stop is called. All links have to be known. It fails if the
// environment's rules are wrong, so that the process does not run in a state that
// nobody asked for.
func (s *Switch) Start(getenv func(string) string) (stop func(), err error) {
	items := strings.FieldsFunc(getenv(linksEnv), func(r rune) bool { return r == ',' || r == '\n' })
	rules, err := ParseRules(items, func(n int) string {
		if len(items) == 1 {
			return linksEnv
		}
		return fmt.Sprintf("%s, rule %d", linksEnv, n)
	})
	if err == nil {
		err = s.Check(rules)
	}
	if err != nil {
		return nil, err
	}
	s.Replace(EnvLayer, linksEnv, rules)

	path := getenv(linksFileEnv)
	if path == "" {
		return func() {}, nil
	}
	// A service may change the working folder.
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("%s: %w", linksFileEnv, err)
	}
	f := &rulesFile{path: path, rules: s, settle: func() { time.Sleep(rulesFileSettle) }}
	return f.watch(rulesFilePoll), nil
}
