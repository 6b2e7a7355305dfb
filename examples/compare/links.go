package compare

import (
	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// AdminSocket is the path of the merged binary's admin socket, "" if the services are
// separate.
func (d *Deployment) AdminSocket() string { return d.admin }

// links asks a merged binary for its counters. There are none of processes
// that are not merged.
func (d *Deployment) links() ([]reports.Link, error) {
	if d.admin == "" {
		return nil, nil
	}
	report, err := admin.NewClient(d.admin).Links()
	if err != nil {
		return nil, err
	}
	return report.Links, nil
}

// linksSince returns the links called between two readings, with the calls
// in between.
func linksSince(before, after []reports.Link) []reports.Link {
	old := make(map[string]reports.Link)
	for _, l := range before {
		old[l.Name()] = l
	}
	var since []reports.Link
	for _, l := range after {
		o := old[l.Name()]
		called := reports.Link{
			Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: l.Method,
			Inline: l.Inline - o.Inline, RPC: l.RPC - o.RPC, Errors: l.Errors - o.Errors,
		}
		if calls(called) > 0 {
			since = append(since, called)
		}
	}
	return since
}

// calls is the number of calls made.
func calls(l reports.Link) uint64 { return l.Inline + l.RPC }
