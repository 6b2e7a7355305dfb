package runtime

import (
	"io"
	"log"
	"os"

	"github.com/gomerge/rules_go_merge/merge/runtime/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/handoff"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/supervision"
)

// registered is what this process consists of. It is a variable, and the only
// one, since glue, clients and servers register while packages are initialized,
// before main can hand them anything.
var registered = newRegistry(os.Stderr)

// registry has what a merged binary consists of.
type registry struct {
	logger   *log.Logger
	rules    *policy.Switch
	links    *calls.Table
	services *supervision.Process
	workers  *handoff.Pool
}

// newRegistry returns a registry that is empty. The operator of the merged binary
// reads what it logs.
func newRegistry(out io.Writer) *registry {
	logger := log.New(out, "rules_go_merge: ", log.LstdFlags|log.Lmsgprefix)
	rules := policy.NewSwitch(logger)
	links := calls.NewTable(rules, logger)
	services := supervision.NewProcess(links, logger)
	rules.SetListens(services.Listens)
	return &registry{logger, rules, links, services, handoff.NewPool()}
}

// run runs the services until all are done. It fails, so that the process does
// not run in a state that nobody asked for, if the settings file or the rules of
// the build or the environment are wrong, or the admin socket cannot be made.
func (r *registry) run(b Binary, getenv func(string) string) (code int, err error) {
	if err := r.services.Configure(&b); err != nil {
		return 0, err
	}
	stopRules, err := r.rules.Start(b.Deadlines, getenv)
	if err != nil {
		return 0, err
	}
	defer stopRules()
	a := admin.Admin{Binary: b.Name, Links: r.links, Rules: r.rules, Services: r.services, Logger: r.logger}
	stopAdmin, err := a.Start(getenv)
	if err != nil {
		return 0, err
	}
	defer stopAdmin()
	return r.services.Run(b), nil
}
