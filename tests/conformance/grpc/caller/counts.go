package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

// adminEnv names the socket that a merged binary serves its counters on.
const adminEnv = "GO_MERGE_ADMIN_SOCKET"

// askAdmin makes a request to the admin socket.
func askAdmin(method, path, body string) ([]byte, error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", os.Getenv(adminEnv))
	}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequest(method, "http://merged"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// countCalls returns how many calls of the cases' RPC services the process has made
// inline, and how many that could be inline by RPC: none where nothing is merged.
func countCalls() (inline, rpc uint64, err error) {
	if os.Getenv(adminEnv) == "" {
		return 0, 0, nil
	}
	data, err := askAdmin(http.MethodGet, "/links", "")
	if err != nil {
		return 0, 0, err
	}
	var report struct {
		Links []struct {
			RPCService  string `json:"rpc_service"`
			Inline, RPC uint64
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return 0, 0, err
	}
	for _, l := range report.Links {
		if l.RPCService != "conformance.Control" {
			inline += l.Inline
			rpc += l.RPC
		}
	}
	return inline, rpc, nil
}
