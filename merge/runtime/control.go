package runtime

import (
	"fmt"
	"strings"
	"time"
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

	stop = func() {}
	if path := getenv(linksFileEnv); path != "" {
		f := &rulesFile{path: path, links: control, settle: func() { time.Sleep(rulesFileSettle) }}
		stop = f.watch(rulesFilePoll)
	}
	path := getenv(adminSocketEnv)
	if path == "" {
		return stop, nil
	}
	stopAdmin, err := startAdmin(path, b, control)
	if err != nil {
		stop()
		return nil, err
	}
	stopWatch := stop
	return func() { stopAdmin(); stopWatch() }, nil
}
