package runtime

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
)

// adminSocketEnv names the unix socket on which the admin interface listens.
// Without it there is none.
const adminSocketEnv = "GO_MERGE_ADMIN_SOCKET"

// LinkStats are the counters of one method of a link since the start of the
// process. Methods that were not known when the binary was built are counted
// together under an empty method name.
type LinkStats struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpc_service"`
	Method     string `json:"method"`
	// Inline counts calls run as function calls, RPC those left to the
	// framework, Errors the inline calls without a result.
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	Errors uint64 `json:"errors"`
}

// Links returns the counters of all links, sorted by caller, callee, RPC
// service and method.
func Links() []LinkStats { return links.stats() }

func (t *table) stats() []LinkStats {
	t.mu.RLock()
	defer t.mu.RUnlock()
	stats := []LinkStats{}
	for _, l := range t.links {
		add := func(method string, c *counters) {
			stats = append(stats, LinkStats{
				Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: method,
				Inline: c.inline.Load(), RPC: c.rpc.Load(), Errors: c.errors.Load(),
			})
		}
		for method, c := range l.counters {
			add(method, c)
		}
		if l.unknown.rpc.Load() > 0 {
			add("", &l.unknown)
		}
	}
	slices.SortFunc(stats, func(a, b LinkStats) int {
		return cmp.Or(
			cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee),
			cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Method, b.Method),
		)
	})
	return stats
}

// startAdmin serves GET /links as JSON on the unix socket at path. The socket
// is readable by the process's user only.
func startAdmin(path string, b Binary) (stop func(), err error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", adminSocketEnv, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("%s: %w", adminSocketEnv, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /links", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(struct {
			Binary string      `json:"binary"`
			Links  []LinkStats `json:"links"`
		}{b.Name, links.stats()})
	})
	srv := &http.Server{Handler: mux}
	go srv.Serve(l)
	return func() { srv.Close() }, nil
}
