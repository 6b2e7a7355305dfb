package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
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

// counts are of calls of the cases' RPC services in a merged binary. All are zero where
// nothing is merged.
type counts struct {
	inline   uint64
	rpc      uint64 // of those that could be inline
	compared uint64
	skipped  map[string]uint64 // by reason
	differ   []difference
}

// difference is a call that was answered in another way inline.
type difference struct {
	time time.Time
	text string
}

// verified is what was found out about the calls of a case.
type verified struct {
	Compared uint64 `json:"compared"`
	// Skipped are calls that were not compared, by reason.
	Skipped map[string]uint64 `json:"skipped,omitempty"`
	// Differences has what differed, without all calls of those with many.
	Differences []string `json:"differences,omitempty"`
	// Callee is what the callee has logged of the inline calls.
	Callee []string `json:"callee,omitempty"`
}

// verifiedSince returns what was found out since counts were other ones.
func (c counts) verifiedSince(before counts, callee []string) *verified {
	v := &verified{Compared: c.compared - before.compared, Skipped: map[string]uint64{}, Callee: callee}
	for reason, n := range c.skipped {
		if n > before.skipped[reason] {
			v.Skipped[reason] = n - before.skipped[reason]
		}
	}
	for _, d := range c.differ {
		if !slices.Contains(before.differ, d) {
			v.Differences = append(v.Differences, d.text)
		}
	}
	return v
}

func countCalls() (c counts, err error) {
	if os.Getenv(adminEnv) == "" {
		return c, nil
	}
	data, err := askAdmin(http.MethodGet, "/links", "")
	if err != nil {
		return c, err
	}
	var report struct {
		Links []struct {
			RPCService   string `json:"rpc_service"`
			Method       string
			Inline, RPC  uint64
			Verification struct {
				Same, Different uint64
				Skipped         map[string]uint64
				Differences     []struct {
					Time   time.Time
					Fields []struct{ Path, RPC, Inline string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return c, err
	}
	c.skipped = map[string]uint64{}
	for _, l := range report.Links {
		if l.RPCService == "conformance.Control" {
			continue
		}
		c.inline += l.Inline
		c.rpc += l.RPC
		v := l.Verification
		c.compared += v.Same + v.Different
		for reason, n := range v.Skipped {
			c.skipped[reason] += n
		}
		for _, d := range v.Differences {
			for _, f := range d.Fields {
				c.differ = append(c.differ, difference{d.Time, fmt.Sprintf("%s/%s: %s is %s by RPC and %s inline", l.RPCService, l.Method, f.Path, f.RPC, f.Inline)})
			}
		}
	}
	return c, nil
}
