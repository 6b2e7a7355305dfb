package runtime

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// linksEnv holds rules, separated by commas or newlines, for the time from the
// start of the process on.
const linksEnv = "GO_MERGE_LINKS"

// startControl applies the rules of the environment and of the rules file and
// starts what changes them later: the watch on the file and the admin socket.
// It is called when all links are known and before the services start. It
// fails, so that the process does not run in a state that nobody asked for,
// if the environment's rules are wrong or the admin socket cannot be made.
func startControl(b Binary, getenv func(string) string) (stop func(), err error) {
	control := newLinkSwitch(links)
	items := strings.FieldsFunc(getenv(linksEnv), func(r rune) bool { return r == ',' || r == '\n' })
	rules, err := parseRules(items, func(n int) string {
		if len(items) == 1 {
			return linksEnv
		}
		return fmt.Sprintf("%s, rule %d", linksEnv, n)
	})
	if err == nil {
		err = links.check(rules)
	}
	if err != nil {
		return nil, err
	}
	control.replace(envLayer, linksEnv, rules)

	// A service may change the working folder.
	file, err := absolute(linksFileEnv, getenv)
	if err != nil {
		return nil, err
	}
	socket, err := absolute(process.AdminSocketEnv, getenv)
	if err != nil {
		return nil, err
	}
	stop = func() {}
	if file != "" {
		f := &rulesFile{path: file, links: control, settle: func() { time.Sleep(rulesFileSettle) }}
		stop = f.watch(rulesFilePoll)
	}
	if socket == "" {
		return stop, nil
	}
	stopAdmin, err := startAdmin(socket, b, control)
	if err != nil {
		stop()
		return nil, err
	}
	stopWatch := stop
	return func() { stopAdmin(); stopWatch() }, nil
}

// absolute returns the path that a variable holds, "" for none.
func absolute(variable string, getenv func(string) string) (string, error) {
	path := getenv(variable)
	if path == "" {
		return "", nil
	}
	if variable == process.AdminSocketEnv && path[0] == '@' {
		return "", fmt.Errorf("%s=%s: every user can open an abstract socket; write the path of a file", variable, path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", variable, err)
	}
	return path, nil
}
