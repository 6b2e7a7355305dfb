package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
)

// adminEnv names the socket that a merged binary serves its counters on.
const adminEnv = "GO_MERGE_ADMIN_SOCKET"

var admin = http.Client{Transport: &http.Transport{
	DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", os.Getenv(adminEnv))
	},
}}

// countCalls returns how many calls the process has made inline and how many
// of those that could be inline by RPC, none where nothing is merged.
func countCalls() (inline, rpc uint64, err error) {
	if os.Getenv(adminEnv) == "" {
		return 0, 0, nil
	}
	response, err := admin.Get("http://merged/links")
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	var counts struct {
		Links []struct{ Inline, RPC uint64 }
	}
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil {
		return 0, 0, err
	}
	for _, link := range counts.Links {
		inline += link.Inline
		rpc += link.RPC
	}
	return inline, rpc, nil
}
