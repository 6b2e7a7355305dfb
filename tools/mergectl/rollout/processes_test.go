package rollout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

// mergedEnv makes this test binary behave as a merged binary. Its value is the part of the
// inline calls that fail.
const mergedEnv = "ROLLOUT_TEST_MERGED"

// burnEnv has what an inline call and an RPC take of the CPU, in rounds of burn, as 300,200.
const burnEnv = "ROLLOUT_TEST_BURN"

func TestMain(m *testing.M) {
	if rate := os.Getenv(mergedEnv); rate != "" {
		runMerged(rate)
	}
	if file := os.Getenv(controllerEnv); file != "" {
		runController(file)
	}
	os.Exit(m.Run())
}

type message struct{ text string }

// runMerged is a merged binary in which item calls stock as often as each line of the
// standard input says, and then answers with a line. One RPC in 1,000 fails.
func runMerged(inlineRate string) {
	rate, err := strconv.ParseFloat(inlineRate, 64)
	if err != nil {
		panic(err)
	}
	var inline, rpc int
	if burns := os.Getenv(burnEnv); burns != "" {
		if _, err := fmt.Sscanf(burns, "%d,%d", &inline, &rpc); err != nil {
			panic(err)
		}
	}
	runtime.AddLink(runtime.Link{
		Caller: "item", Callee: "stock", RPCService: "StockService",
		Methods: map[string]runtime.Method{"Get": {
			Args:      func(src any) (any, error) { return src, nil },
			NewResult: func() any { return new(message) },
			Result:    func(dst, src any) error { return nil },
		}},
	})
	runtime.Serve("stock", "StockService", "", func(context.Context, runtime.Request) runtime.Response {
		burn(inline)
		if rand.Float64() < rate {
			return runtime.Response{Failure: &runtime.Failure{Kind: runtime.Answered, Number: 6, Message: "no shelf"}}
		}
		return runtime.Response{}
	})
	item := func() {
		client := runtime.NewClient("item", "StockService", "")
		os.Stdout.WriteString("ready\n")
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); os.Stdout.WriteString("done\n") {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				panic(err)
			}
			for range n {
				observed := client.Observe("Get")
				call, drawn := client.Draw("Get")
				failed := false
				if call.Bound() {
					resp := call.Do(context.Background(), &message{}, &message{}, nil)
					failed = resp.Failed()
				} else {
					burn(rpc)
					failed = rand.Float64() < 0.001
				}
				how := runtime.EndedOK
				if failed {
					how = runtime.EndedInternal
				}
				observed.End(drawn, how)
			}
		}
	}
	runtime.Main(runtime.Binary{Name: "shop", Services: []runtime.Service{
		{Name: "item", Main: item}, {Name: "stock", Version: "1", KeepOthers: true, Main: func() { select {} }},
	}})
}

// burn takes CPU time, some 100 ns a round.
func burn(rounds int) {
	for range 100 * rounds {
		burned ^= burned<<13 | burned>>7 | 1
	}
}

var burned uint64

// process is a running merged binary.
type process struct {
	stdin          io.WriteCloser
	stdout         *bufio.Reader
	socket, metric string
}

// start runs a merged binary that reads a rules file.
func start(t *testing.T, dir string, i int, inlineRate float64, env []string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{socket: filepath.Join(dir, fmt.Sprintf("%d.sock", i))}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%g", mergedEnv, inlineRate), "GO_MERGE_ADMIN_SOCKET="+p.socket, "GO_MERGE_METRICS_ADDR=127.0.0.1:0",
		"GO_MERGE_LINKS=* off", "GO_MERGE_LINKS_FILE="+filepath.Join(dir, "rules"), fmt.Sprintf("GO_MERGE_PROCESS_ID=shop-%d", i))
	cmd.Env = append(cmd.Env, env...)
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3, cmd.Start()); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	log := bufio.NewScanner(stderr)
	for p.metric == "" && log.Scan() {
		if _, url, ok := strings.Cut(log.Text(), "metrics are at http://"); ok {
			p.metric = strings.TrimSuffix(url, "/metrics")
		}
	}
	go io.Copy(io.Discard, stderr)
	if line, err := p.stdout.ReadString('\n'); line != "ready\n" || p.metric == "" {
		return nil, fmt.Errorf("the merged binary said %q, %w", line, err)
	}
	return p, nil
}

// call has the process make calls.
func (p *process) call(n int) error {
	if _, err := fmt.Fprintln(p.stdin, n); err != nil {
		return err
	}
	_, err := p.stdout.ReadString('\n')
	return err
}

// rareAlarms are settings for tests that are to fail once in 10,000 times.
const rareAlarms = `false_alarms: 0.01%
steps: [{calls: 1%, time: 0s, least: 100, margin: 20, tolerate: 5%}, {calls: 50%, time: 0s, margin: 2}, {calls: 100%, time: 0s}]
`

// fleetOf starts merged binaries with more environment variables, and returns a rollout with
// more settings, of which half are read by their sockets and half by their addresses for
// metrics.
func fleetOf(t *testing.T, n int, inlineRate float64, more string, env ...string) ([]*process, *Controller) {
	t.Helper()
	dir, err := os.MkdirTemp("", "rollout") // short, as sockets need
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	processes, errs := make([]*process, n), make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { processes[i], errs[i] = start(t, dir, i, inlineRate, env) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var sockets, addresses []string
	for i, p := range processes {
		if i%2 == 0 {
			sockets = append(sockets, p.socket)
		} else {
			addresses = append(addresses, p.metric)
		}
	}
	text := fmt.Sprintf(`links: [item->stock]
rules_file: rules
log: log
rpc_versions: {stock: "1"}
processes: {quorum: 100%%, sockets: [%s], addresses: [%s]}
%s`, strings.Join(sockets, ", "), strings.Join(addresses, ", "), more)
	file := filepath.Join(dir, "rollout.yaml")
	writeFile(t, file, []byte(text))
	s, err := settings.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return processes, &Controller{Settings: s}
}

// obeyed waits until all processes obey a generation of the rules file, and returns how
// many calls of them were drawn inline. They look at the file once a second.
func obeyed(t *testing.T, c *Controller, generation uint64) (inline uint64) {
	t.Helper()
	began := time.Now()
	for time.Since(began) < time.Minute {
		r := c.source().Read(t.Context())
		obey := 0
		inline = 0
		for _, p := range r.Processes {
			if p.Rules.Generation == generation {
				obey++
			}
			inline += p.Method(methodGet).Counts.Inline.Calls()
		}
		if len(r.Failures) > 0 {
			t.Fatalf("not read: %v", r.Failures)
		}
		if obey == len(r.Processes) {
			t.Logf("all obey generation %d after %s", generation, time.Since(began))
			return inline
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("not all processes obey generation %d", generation)
	return 0
}

// callAll has each process make calls.
func callAll(t *testing.T, processes []*process, n int) {
	t.Helper()
	errs := make([]error, len(processes))
	var wait sync.WaitGroup
	for i, p := range processes {
		wait.Go(func() { errs[i] = p.call(n) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestProcesses rolls out over 50 processes with their own servers and rules files. With a
// fault in inline calls only, the links are off in all of them after the pass that found
// it; without one, the rollout gets to its end.
func TestProcesses(t *testing.T) {
	for _, tt := range []struct {
		name string
		rate float64
		want Status
	}{{"bad", 0.02, RolledBack}, {"good", 0.001, Done}} {
		t.Run(tt.name, func(t *testing.T) {
			const n, each = 50, 200
			processes, c := fleetOf(t, n, tt.rate, rareAlarms)
			// What 95 % of the simulated rollouts take is 60,000 calls at 1 %; this one is
			// drawn differently each time.
			const most = 2_000_000
			generation, calls := uint64(0), 0
			var r *Report
			for calls < most {
				var err error
				if r, err = c.Pass(t.Context()); err != nil {
					t.Fatal(err)
				}
				if len(r.Doubts) > 0 && r.Rules.Generation == generation {
					t.Fatalf("not counted: %q", r.Doubts)
				}
				if r.Status != Holding {
					break
				}
				if r.Rules.Generation != generation {
					generation = r.Rules.Generation
					obeyed(t, c, generation)
					continue // for calls to count from here on
				}
				callAll(t, processes, each)
				calls += n * each
			}
			if r.Status != tt.want {
				t.Fatalf("after %d calls: %+v", calls, r)
			}
			t.Logf("%s after %d calls: %q", r.Status, calls, r.Why)
			before := obeyed(t, c, r.Rules.Generation)
			callAll(t, processes, each)
			after := obeyed(t, c, r.Rules.Generation)
			if got, want := after-before, map[Status]uint64{RolledBack: 0, Done: n * each}[tt.want]; got != want {
				t.Errorf("at the end, %d of %d calls were inline, want %d", got, n*each, want)
			}
			// All of them have reported themselves, in two ways.
			both := arms.All{c.source(), arms.Sockets{filepath.Join(c.Settings.Dir(), "*.sock")}}
			round := new(arms.Watch).Next(both.Read(t.Context()).Processes, time.Now())
			if len(round.Processes) != n || len(round.Doubts) != n {
				t.Errorf("%d processes, and %d doubts, want %d of each", len(round.Processes), len(round.Doubts), n)
			}
		})
	}
}
