package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
)

// Link is what a merged binary says about the calls of one method from one
// service to another.
type Link struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpc_service"`
	Method     string `json:"method"`
	Inline     int64  `json:"inline"`
	RPC        int64  `json:"rpc"`
	Errors     int64  `json:"errors"`
}

// links asks a merged binary for its counters. There are none of processes
// that are not merged.
func (d *Deployment) links(ctx context.Context) ([]Link, error) {
	if d.admin == "" {
		return nil, nil
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", d.admin)
		},
		DisableKeepAlives: true,
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://merged/links", nil)
	if err != nil {
		return nil, err
	}
	resp, err := transport.RoundTrip(req)
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

// linksSince returns the links called between two readings, with the calls
// in between.
func linksSince(before, after []Link) []Link {
	type key struct{ caller, callee, service, method string }
	old := make(map[key]Link)
	for _, l := range before {
		old[key{l.Caller, l.Callee, l.RPCService, l.Method}] = l
	}
	var since []Link
	for _, l := range after {
		o := old[key{l.Caller, l.Callee, l.RPCService, l.Method}]
		l.Inline -= o.Inline
		l.RPC -= o.RPC
		l.Errors -= o.Errors
		if l.Inline+l.RPC > 0 {
			since = append(since, l)
		}
	}
	return since
}
