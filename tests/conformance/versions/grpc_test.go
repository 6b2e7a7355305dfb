package versions

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/merger"
	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

var (
	onlyGRPC = flag.String("grpc_versions", "", "versions of grpc-go to test with the newest, such as v1.56.3 (default: all)")
	race     = flag.Bool("detect_races", false, "run the merged services of gRPC with the race detector, which needs cgo")
	update   = flag.Bool("update", false, "write the results of gRPC to docs/semantics.md")
)

// leastOfRow is how many cases each row of gRPC's contract must have.
const leastOfRow = 2

const grpcModule = "google.golang.org/grpc"

// grpcCallee is a callee with a version of grpc-go, and the host that callers dial for it.
type grpcCallee struct {
	version
	file   string
	merged *merger.Service
	host   string
}

// TestGRPC runs the cases of gRPC with the newest version of grpc-go and each version,
// in both directions, also the newest with itself.
func TestGRPC(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles grpc-go many times")
	}
	services, err := filepath.Abs("../grpc")
	if err != nil {
		t.Fatal(err)
	}
	versions := readVersions(t, services, grpcModule)
	newest := versions[len(versions)-1]
	if *onlyGRPC != "" {
		versions = slices.DeleteFunc(versions, func(v version) bool {
			return v != newest && !slices.Contains(strings.Split(*onlyGRPC, ","), v.framework)
		})
	}
	if len(versions) < 2 {
		t.Fatalf("there is nothing to compare %q with", versions)
	}
	tc, err := merger.NewToolchain(repository, t.TempDir(), "grpc")
	if err != nil {
		t.Fatal(err)
	}
	tc.Race = *race
	lists, b := prepare(t, tc, services, versions)
	callers, callees := make(map[version]*programs), make(map[version]grpcCallee)
	for _, v := range versions {
		host := v.name() + ".test"
		p, err := compile(t, b, services, v, lists[v], v.name(), host+":*")
		if err != nil {
			t.Fatal(err)
		}
		callers[v], callees[v] = p, grpcCallee{v, p.callee, p.mergedCallee, host}
	}
	// The newest once more, in its own namespace.
	again := grpcCallee{version: newest, file: callees[newest].file, host: "newest.test"}
	settings := merger.Settings{Listen: true, EnvInherit: []string{"*"}, Targets: []string{again.host + ":*"}}
	if again.merged, err = b.Service(merger.Program{Name: "newest", Path: mainPath, Packages: lists[newest].callee, Settings: settings}); err != nil {
		t.Fatal(err)
	}
	type run struct {
		caller *programs
		callee grpcCallee
	}
	runs := []run{{callers[newest], again}}
	for _, v := range versions[:len(versions)-1] {
		runs = append(runs, run{callers[newest], callees[v]}, run{callers[v], callees[newest]})
	}
	results := make([]suite.Result, len(runs))
	t.Run("pairs", func(t *testing.T) {
		for i, r := range runs {
			name := r.caller.framework + "_to_" + r.callee.framework
			t.Run(name, func(t *testing.T) {
				t.Parallel() // Cases spend most of their time waiting.
				// What the cases call is served when they run.
				merged, err := r.caller.mergedCaller.MergeAsListed(name, r.callee.merged, r.caller.mergedCaller)
				if err != nil {
					t.Fatal(err)
				}
				defer os.Remove(merged)
				checkConversions(t, b.Links(name, r.caller.mergedCaller))
				pair := suite.GRPCPair{
					Name: name, Caller: r.caller.caller, Callee: r.callee.file, Merged: merged,
					CallerVersion: r.caller.framework, CalleeVersion: r.callee.framework, Host: r.callee.host,
				}
				results[i] = suite.Result{Pair: pair, Cases: checkGRPC(t, pair)}
				checkGRPCVerified(t, pair)
				checkPanics(t, pair, r.callee.merged.Name)
				checkGovernance(t, pair, r.caller.mergedCaller.Name, r.callee.merged.Name)
			})
		}
	})
	if *onlyGRPC == "" && !t.Failed() {
		checkDocument(t, suite.GRPC.Table(results))
	}
}

// checkConversions checks that the messages of most calls are converted, and that
// those cross as bytes that glue does not convert.
func checkConversions(t *testing.T, manifest string) {
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Links []struct {
			Conversions []struct{ From, Layout, Reason string }
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	layouts := make(map[string]string)
	for _, l := range m.Links {
		for _, c := range l.Conversions {
			layouts[path.Base(c.From)] = c.Layout
		}
	}
	for message, want := range map[string]string{
		"wrapperspb.StringValue": "field", "wrapperspb.BytesValue": "field", "structpb.Struct": "field", "anypb.Any": "field",
		"descriptorpb.FileDescriptorProto": "codec", // It holds messages with extensions.
	} {
		if got := layouts[message]; got != want {
			t.Errorf("%s crosses by %q, want %q", message, got, want)
		}
	}
}

// checkPanics checks that a panic ends the process, whichever the callee's is, and that
// the merged one names the service.
func checkPanics(t *testing.T, pair suite.GRPCPair, service string) {
	for _, kind := range []string{"unary", "stream"} {
		p, err := pair.Panic(kind)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if p.Code != "Unavailable" {
			t.Errorf("%s: the caller of another process gets %s", kind, p.Code)
		}
		for process, log := range map[string]string{"callee": p.Callee, "merged": p.Merged} {
			if !strings.Contains(log, "nobody recovers this") || !strings.Contains(log, "handler") {
				t.Errorf("%s: the %s process says\n%s", kind, process, log)
			}
		}
		if want := "panic in a handler of service " + service + " ends the process: nobody recovers this"; !strings.Contains(p.Merged, want) {
			t.Errorf("%s: the merged process says\n%s\nwithout %q", kind, p.Merged, want)
		}
	}
}

// checkGovernance checks what calls get that a merged binary denies or limits, which no
// separate process does. Kitex's calls get exceptions with the same texts.
func checkGovernance(t *testing.T, pair suite.GRPCPair, caller, callee string) {
	t.Helper()
	for _, c := range []struct {
		name, settings string
		want           []string // parts of what the case sees, in order
		inline, rpc    uint64
	}{
		{
			"permission to call",
			fmt.Sprintf(`{"services": {%q: {"permissions": {"call": ["%s/conformance.Control", "%[2]s/conformance.Cases"]}}}}`, caller, callee),
			[]string{
				`allowed: "re: allowed", <nil>`,
				"unary: UNKNOWN, *status.Error PermissionDenied", caller + " may not call " + callee + "/grpc.health.v1.Health",
				"stream: *status.Error PermissionDenied", caller + " may not call " + callee + "/grpc.health.v1.Health",
			},
			4, 0,
		},
		{
			"number of calls at once",
			fmt.Sprintf(`{"services": {%q: {"max_inflight": 2, "cpu_limit": 4}}}`, callee),
			[]string{
				`third: "", *status.Error ResourceExhausted "request over limit: service ` + callee + ` runs 2 inline calls, its max_inflight"`,
				`receives "before", *status.Error ResourceExhausted "request over limit: service ` + callee + ` runs 2 inline calls, its max_inflight"`,
			},
			0, 0, // since calls are repeated
		},
		{"rules of methods", "{}", nil, 4, 4},
	} {
		seen, err := pair.Governed("^"+c.name+"$", c.settings)
		if err != nil || len(seen) != 1 {
			t.Errorf("%s: %d cases, error %v", c.name, len(seen), err)
			continue
		}
		o, rest := seen[0], seen[0].Seen
		for _, part := range c.want {
			_, after, found := strings.Cut(rest, part)
			if !found {
				t.Errorf("%s: no %q, in this order, in\n%s", c.name, part, o.Seen)
				break
			}
			rest = after
		}
		if c.inline != 0 && o.Inline != c.inline || o.RPC != c.rpc {
			t.Errorf("%s: %d calls inline and %d by RPC, want %d and %d", c.name, o.Inline, o.RPC, c.inline, c.rpc)
		}
	}
}

// checkGRPC compares the cases of a pair.
func checkGRPC(t *testing.T, pair suite.GRPCPair) []suite.Case {
	watch := startWatch()
	cases, err := suite.Compare(pair)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[int]int)
	for _, c := range cases {
		rows[c.Separate.Row]++
		for _, problem := range suite.Problems(pair, c) {
			t.Error(problem)
		}
		if c.Separate.Form == "inline" && (c.Alone.Inline == 0 || c.Listening.Inline == 0) {
			t.Errorf("%s makes %d calls inline alone, and %d listening", c.Name(), c.Alone.Inline, c.Listening.Inline)
		}
	}
	for row := range suite.GRPC.Rows {
		if rows[row] < leastOfRow {
			t.Errorf("row %d has %d cases, want %d at least", row, rows[row], leastOfRow)
		}
	}
	watch.log(t, pair.Name+" in three ways")
	return cases
}

// leastGRPCCompared is how many calls of gRPC have to be verified and compared.
const leastGRPCCompared = 100

// checkGRPCVerified checks that verified calls are what they are otherwise, and that what
// the callee sees and answers is the same both times.
func checkGRPCVerified(t *testing.T, pair suite.GRPCPair) {
	t.Helper()
	watch := startWatch()
	problems, compared, skipped, err := pair.CompareVerified()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("verified: %s", problem)
	}
	if compared < leastGRPCCompared {
		t.Errorf("%d calls were verified, want %d at least", compared, leastGRPCCompared)
	}
	watch.log(t, fmt.Sprintf("%s: %d calls verified, %v skipped", pair.Name, compared, skipped))
}

// checkDocument checks that the documentation has the results.
func checkDocument(t *testing.T, table string) {
	t.Helper()
	file := filepath.Join(repository, "docs", "semantics.md")
	document, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := suite.GRPC.Replace(document, table)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case *update:
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	case !bytes.Equal(document, want):
		t.Errorf("docs/semantics.md is out of date: with -update, this test writes\n%s", table)
	}
}
