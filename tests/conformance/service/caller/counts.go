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

// count is how many calls were made inline and how many of those that could be
// inline by RPC.
type count struct{ Inline, RPC uint64 }

// countMethods returns how many calls the process has made of each method, by
// names such as ProbeService.Ask, none where nothing is merged.
func countMethods() (map[string]count, error) {
	if os.Getenv(adminEnv) == "" {
		return nil, nil
	}
	response, err := admin.Get("http://merged/links")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var report struct {
		Links []struct {
			RPCService string `json:"rpc_service"`
			Method     string
			count
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&report); err != nil {
		return nil, err
	}
	methods := make(map[string]count)
	for _, link := range report.Links {
		name := link.RPCService + "." + link.Method
		sum := methods[name]
		methods[name] = count{sum.Inline + link.Inline, sum.RPC + link.RPC}
	}
	return methods, nil
}

// countCalls returns the sums of all methods.
func countCalls() (inline, rpc uint64, err error) {
	methods, err := countMethods()
	for _, c := range methods {
		inline += c.Inline
		rpc += c.RPC
	}
	return inline, rpc, err
}
