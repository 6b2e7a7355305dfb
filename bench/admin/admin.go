// Package admin reads the counters of a merged binary.
package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
)

// SocketEnv names the unix socket at which a merged binary serves its
// counters.
const SocketEnv = "GO_MERGE_ADMIN_SOCKET"

// RulesEnv has rules for the links of a merged binary.
const RulesEnv = "GO_MERGE_LINKS"

// Link has the calls of one method from one service to another since the
// start of the process.
type Link struct {
	Caller string `json:"caller"`
	Callee string `json:"callee"`
	Method string `json:"method"`
	Inline int64  `json:"inline"`
	RPC    int64  `json:"rpc"`
	Errors int64  `json:"errors"`
	// Ways has how many inline calls passed through how much of the framework's code, by
	// the name of the way. Lean calls are not among them.
	Ways map[string]int64 `json:"ways"`
}

// Links asks the merged binary with the given socket.
func Links(socket string) ([]Link, error) {
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true,
	}}
	resp, err := client.Get("http://merged/links")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /links: %s", resp.Status)
	}
	var body struct {
		Links []Link `json:"links"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		return nil, fmt.Errorf("GET /links: %w", err)
	}
	return body.Links, nil
}

// Sum adds up the calls of all links.
func Sum(links []Link) (sum Link) {
	for _, l := range links {
		sum.Inline += l.Inline
		sum.RPC += l.RPC
		sum.Errors += l.Errors
		for way, n := range l.Ways {
			if sum.Ways == nil {
				sum.Ways = make(map[string]int64)
			}
			sum.Ways[way] += n
		}
	}
	return sum
}
