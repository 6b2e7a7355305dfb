package check

import "github.com/gomerge/rules_go_merge/tools/mergectl/workspace"

// Barrier returns the finding by which a call does not become inline if the caller
// and a callee are merged, and false if it does. That several
// services serve it does not count: the BUILD file can say which one is meant.
func Barrier(w *workspace.Workspace, call *workspace.Call, callee *workspace.Service) (Finding, bool) {
	for _, f := range checkCall(w, call) {
		if f.Severity == Note || f.Rule == severalServers {
			continue
		}
		server, _ := callee.Server(call.RPCService)
		if f.Other == nil || f.Other.String() == parsePosition(server.Position).String() || len(call.Servers) == 1 {
			return f, true
		}
	}
	return Finding{}, false
}
