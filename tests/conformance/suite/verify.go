package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// repeatable are methods that can be called twice: each call has the same answer, and
// leaves nothing behind that another one sees.
var repeatable = []string{
	"ContractService/Echo", "ContractService/Make", "ContractService/NoStruct", "ContractService/NoList", "ContractService/NoMap",
	"ContractService/NoBinary", "ContractService/Done", "ContractService/Fail", "ContractService/FailVoid",
}

// readEvery is how long it takes until counters are read again.
const readEvery = 10 * time.Millisecond

// CompareVerified runs the cases with the calls of some methods as RPCs, all of which are
// verified. It returns the cases that do not see what they see separately, the fields that
// differ, and how many calls were compared.
func (p Pair) CompareVerified() (differences []string, compared uint64, err error) {
	env, err := p.environment()
	if err != nil {
		return nil, 0, err
	}
	var rules []string
	for _, method := range repeatable {
		rules = append(rules, "*->*/"+method+" off", "*->*/"+method+" verify 100%")
	}
	var links []reports.Link
	seen, err := together(p.Separate, func() (seen []Observation, err error) {
		seen, links, err = watched(p.Merged, append(env.variables(), "GO_MERGE_LINKS="+strings.Join(rules, ",")))
		return seen, err
	})
	if err != nil {
		return nil, 0, err
	}
	separate, verified := seen[0], seen[1]
	if len(separate) == 0 || len(verified) != len(separate) {
		return nil, 0, fmt.Errorf("%s has %d cases separate, and %d verified", p.Title(), len(separate), len(verified))
	}
	for i, s := range separate {
		v := verified[i]
		if v.Case != s.Case {
			return nil, 0, fmt.Errorf("%s: case %d is %s separate, and %s verified", p.Title(), i, s.Case, v.Case)
		}
		// Other methods are inline, and deviate.
		if v.Seen != s.Seen && p.Deviation(s.Case) == nil {
			one, other := unequal(s.Seen, v.Seen)
			differences = append(differences, fmt.Sprintf("%s:\nseparate:\n%s\nverified:\n%s", s.Case, one, other))
		}
	}
	for _, l := range links {
		if l.Verification == nil {
			continue
		}
		compared += l.Verification.Compared()
		for _, d := range l.Verification.Differences {
			for _, f := range d.Fields {
				if p.isLenient() && f.RPC == "null" && f.Inline == `""` {
					continue
				}
				differences = append(differences, fmt.Sprintf("%s/%s: %s is %s by RPC and %s inline", l.RPCService, l.Method, f.Path, f.RPC, f.Inline))
			}
		}
	}
	return differences, compared, nil
}

// watched runs a merged binary as merged does, and returns its counters as they were
// shortly before it ended, too.
func watched(binary string, variables []string) (seen []Observation, links []reports.Link, err error) {
	// The path of a socket has to be short.
	dir, err := os.MkdirTemp("", "c")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s")
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	reading, stop := context.WithCancel(ctx)
	read := make(chan error, 1)
	go func() { read <- readLinks(reading, socket, &links) }()
	seen, err = observe(ctx, binary, append(variables, "GO_MERGE_ADMIN_SOCKET="+socket))
	stop()
	return seen, links, errors.Join(err, <-read)
}

// readLinks reads the counters of a merged binary until ctx ends. It skips reads that fail:
// the binary may not listen yet, or any longer.
func readLinks(ctx context.Context, socket string, links *[]reports.Link) error {
	if err := exists(ctx, socket); err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	for {
		if response, err := client.Get("http://merged/links"); err == nil {
			var report reports.Links
			if json.NewDecoder(response.Body).Decode(&report) == nil {
				*links = report.Links
			}
			response.Body.Close()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(readEvery):
		}
	}
}
