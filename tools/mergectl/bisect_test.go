//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// startFaulty runs a merged binary with faults.
func startFaulty(t *testing.T, faults string, env ...string) merged {
	t.Helper()
	return startAs(t, faultyEnv, append(env, faultsEnv+"="+faults))
}

// smoke has this test binary be the command that decides about processes.
func smoke(t *testing.T, processes ...merged) []string {
	t.Helper()
	var sockets []string
	for _, m := range processes {
		sockets = append(sockets, m.socket)
	}
	return []string{"--", "env", smokeEnv + "=" + strings.Join(sockets, ","), self(t)}
}

func self(t *testing.T) string {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// journal keeps the journals of a test apart, and returns where they are.
func journal(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	return filepath.Join(os.Getenv("XDG_STATE_HOME"), "mergectl", "bisect.journal")
}

// state returns all rules and all states of a process.
func (m merged) state(t *testing.T) string {
	t.Helper()
	client := admin.NewClient(m.socket)
	rules, err1 := client.Rules()
	links, err2 := client.Links()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, r := range rules.Rules {
		text.WriteString(r.Link + " " + r.Value + " (" + r.Source + ")\n")
	}
	for _, l := range links.Links {
		text.WriteString(l.Name() + " is " + l.State + " " + l.Deadline + "\n")
	}
	return text.String()
}

// all returns all methods of a process.
func (m merged) all(t *testing.T) []reports.Link {
	t.Helper()
	links, err := admin.NewClient(m.socket).Links()
	if err != nil {
		t.Fatal(err)
	}
	return links.Links
}

func (m merged) rules(t *testing.T, rules string) {
	t.Helper()
	if _, err := admin.NewClient(m.socket).Replace(rules); err != nil {
		t.Fatal(err)
	}
}

// bisected runs bisect with --format=json and returns the report.
func bisected(t *testing.T, args ...string) (*bisect.Report, string, error) {
	t.Helper()
	cmd := exec.Command(self(t), append([]string{"bisect", "--format=json"}, args...)...)
	cmd.Env = append(os.Environ(), commandEnv+"=1")
	var progress strings.Builder
	cmd.Stderr = &progress
	out, err := cmd.Output()
	report := new(bisect.Report)
	if len(out) > 0 {
		if err := json.Unmarshal(out, report); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return report, progress.String(), err
}

func status(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// TestBisect searches in one process, by its socket.
func TestBisect(t *testing.T) {
	for _, tt := range []struct {
		name, faults, rules string
		args                []string
		code                int
		links, keepOff      string // of the culprits
		rounds              int    // at most
	}{
		{name: "one", faults: "c17/Put", links: "c17->stock/StockService", keepOff: "c17->stock/StockService/Put", rounds: 6 + 1},
		{name: "two", faults: "c63/Get,c62/Put", rounds: 14 + 2,
			links: "c62->stock/StockService; c63->stock/StockService", keepOff: "c62->stock/StockService/Put; c63->stock/StockService/Get"},
		{name: "together", faults: "c20/Get+c41/Get", rounds: 12 + 1,
			links: "c41->stock/StockService with c20->stock/StockService", keepOff: "c41->stock/StockService/Get"},
		{name: "two methods", faults: "c05/Get+c05/Put", rounds: 6 + 2,
			links: "c05->stock/StockService", keepOff: "c05->stock/StockService/Put"},
		{name: "rules", faults: "c07/Get", rounds: 6,
			rules: "*->*/*/Get on\n*->stock strict\nc30->stock off\nc07->stock/StockService/Put off\n",
			links: "c07->stock/StockService", keepOff: "c07->stock/StockService/Get"},
		{name: "some", faults: "c02/Get", args: []string{"c01->*", "c02->*", "c03->stock"}, rounds: 2 + 1,
			links: "c02->stock/StockService", keepOff: "c02->stock/StockService/Get"},
		{name: "a method with another link", faults: "c01/Get,c01/Put+c02/Get", rounds: 6 + 1,
			links: "c01->stock/StockService", keepOff: "c01->stock/StockService/Get; c01->stock/StockService/Put"},
		{name: "no fault", faults: "none/Get", code: 1},
		{name: "another fault", faults: "c02/Get", args: []string{"--skip=c02->stock"}, code: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := journal(t)
			m := startFaulty(t, tt.faults)
			m.rules(t, tt.rules)
			found := m.state(t)
			report, progress, err := bisected(t, slices.Concat([]string{"-p", m.socket}, tt.args, smoke(t, m))...)
			if status(err) != tt.code {
				t.Fatalf("%v\n%s", err, progress)
			}
			var links, keepOff []string
			for _, c := range report.Culprits {
				links = append(links, strings.Join(c.Links, " with "))
				keepOff = append(keepOff, c.KeepOff...)
				if len(c.Evidence) != 1 || len(c.Evidence[0].Methods) == 0 || c.Evidence[0].Services[1].Version != "1.4.2" {
					t.Errorf("evidence %+v", c.Evidence)
				}
			}
			if got := strings.Join(links, "; "); got != tt.links {
				t.Errorf("found %s, want %s\n%s", got, tt.links, progress)
			}
			if got := strings.Join(keepOff, "; "); got != tt.keepOff {
				t.Errorf("it says to keep off %s, want %s", got, tt.keepOff)
			}
			if report.Rounds > tt.rounds {
				t.Errorf("%d rounds, want at most %d\n%s", report.Rounds, tt.rounds, progress)
			}
			if now := m.state(t); now != found {
				t.Errorf("it left\n%s\nand found\n%s", now, found)
			}
			// The command has called everything in each trial.
			for _, l := range m.all(t) {
				if l.State == "off" && l.Inline > 0 {
					t.Errorf("%s was off, and %d calls of it were inline", l.Name(), l.Inline)
				}
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the journal is still there")
			}
		})
	}
}

// TestBisectText has the whole output.
func TestBisectText(t *testing.T) {
	journal(t)
	m := startFaulty(t, "c01/Put")
	out, err := mergectl(slices.Concat([]string{"bisect", "-p", m.socket, "c00->*", "c01->*", "c02->*"}, smoke(t, m))...)
	if err != nil {
		t.Fatal(err)
	}
	out = strings.ReplaceAll(columns(out), m.socket, "SOCKET")
	// Of few calls, some are timed or none.
	out = regexp.MustCompile(`(?m) (DURATION|-) (DURATION|-)$`).ReplaceAllString(out, " TIMES")
	// A binary that the rules have not built does not know its services' goroutines.
	out = regexp.MustCompile(`(?m)^stock: goroutines of .*\n`).ReplaceAllString(out, "")
	out = regexp.MustCompile(`(0a1b) .*`).ReplaceAllString(out, "$1 USE")
	want := `3 links may be switched off in 1 process.
Check: all as they were found
 bad: exit code 1
Check: all off
 good: exit code 0
Bisecting: 3 links left to test, 2 rounds at most: 1 on and 2 off
 good: exit code 0
Bisecting: 2 links left to test, 1 round at most: 2 on and 1 off
 bad: exit code 1
Check: only c01->stock/StockService on
 bad: exit code 1
Check: what was found off, and 2 links on
 good: exit code 0
c01->stock/StockService is bad; searching among its 2 methods.
Bisecting: 2 methods left to test, 1 round at most: 1 on and 1 off
 good: exit code 0
Check: only c01->stock/StockService/Put on
 bad: exit code 1
Check: all as they were found, but for c01->stock/StockService/Put
 good: exit code 0
The rules are as they were found.
c01->stock/StockService is bad.
 method: c01->stock/StockService/Put

What differs in SOCKET:

METHOD DRAWN OK APPLICATION INTERNAL PANIC TIMEOUT CANCELED DENIED OVERLOADED UNAVAILABLE INLINE PANICS FELL BACK P50 P99
c01->stock/StockService/Get inline 4 0 0 0 0 0 0 0 0 0 - TIMES
c01->stock/StockService/Get rpc 4 0 0 0 0 0 0 0 0 - - TIMES
c01->stock/StockService/Put inline 0 0 4 0 0 0 0 0 0 0 - TIMES
c01->stock/StockService/Put rpc 4 0 0 0 0 0 0 0 0 - - TIMES

SERVICE ROLE VERSION REVISION DIGEST GOROUTINES OFF ON HEAP OFF ON
c01 caller - - - 0 0 0 B 0 B
stock callee 1.4.2 - 0a1b USE

To keep it off:

 mergectl links set --process SOCKET 'c01->stock/StockService/Put' off

3 rounds and 6 checks.
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// TestBisectTextOf has what a search by draws says: nothing to blame, what is not known of
// a method, and calls that differed.
func TestBisectTextOf(t *testing.T) {
	culprit := bisect.Culprit{
		Links: []string{"item->stock/S"}, Undecided: "100 calls do not decide", Methods: [][]string{{"item->stock/S/Get", "item->stock/S/Put"}}, KeepOff: []string{"item->stock/S/Get"},
		Evidence: []bisect.Evidence{{Process: "/run/shop.sock", Methods: []bisect.Method{{Link: "item->stock/S/Get", Verified: arms.Verified{Same: 7, Different: 2}}}}},
	}
	for _, tt := range []struct {
		report bisect.Report
		want   []string
	}{
		{bisect.Report{Outcome: search.NeverBad, Links: 2, Trials: []bisect.Trial{{Why: "within 100 calls, none"}}},
			[]string{"No link is to blame: it is good with 2 links as found: within 100 calls, none.\n"}},
		{bisect.Report{Outcome: search.Found, Culprits: []bisect.Culprit{culprit}}, []string{
			"item->stock/S is bad.\n  It is not known whether it is bad alone: 100 calls do not decide.\n  methods, only together: item->stock/S/Get, item->stock/S/Put\n",
			"\nitem->stock/S/Get: 2 of 9 verified calls differ; mergectl links verify -p /run/shop.sock shows them\n",
			"  keep item->stock/S/Get off\n",
		}},
	} {
		var out strings.Builder
		if err := writeBisection(&out, &tt.report, func(link string) []string { return []string{"keep " + link + " off"} }); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("it does not say %q:\n%s", want, out.String())
			}
		}
	}
}

// TestBisectByFile searches in two processes with one rules file, which is the same
// afterwards, byte for byte.
func TestBisectByFile(t *testing.T) {
	journal(t)
	name := filepath.Join(t.TempDir(), "rules")
	const rules = "# of the shop\r\ngeneration 41 # by hand\nexpires 2099-01-31T18:00:00Z\n\n c40->stock/*/Get on # why not\n\nc41->stock off"
	if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
		t.Fatal(err)
	}
	good := startFaulty(t, "none", "GO_MERGE_LINKS_FILE="+name)
	bad := startFaulty(t, "c40/Get", "GO_MERGE_LINKS_FILE="+name)
	report, progress, err := bisected(t, slices.Concat([]string{"-p", good.socket, "-p", bad.socket, "--rules", name, "c4*"}, smoke(t, good, bad))...)
	if status(err) != 2 || !strings.Contains(progress, `"c4*" is not a link`) {
		t.Errorf("a wrong link: %v, %s", err, progress)
	}
	report, progress, err = bisected(t, slices.Concat([]string{"-p", good.socket, "-p", bad.socket, "--rules", name, "c40->*", "c41->*", "c42->*"}, smoke(t, good, bad))...)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress)
	}
	if len(report.Culprits) != 1 || report.Culprits[0].KeepOff[0] != "c40->stock/StockService/Get" || report.Links != 2 {
		t.Errorf("found %+v", report)
	}
	data, err := os.ReadFile(name)
	if err != nil || string(data) != rules {
		t.Errorf("it left %q, %v", data, err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file has the mode %v, %v", info.Mode(), err)
	}
}

// TestBisectSeveral searches in three processes by their sockets. Each has its own rules,
// and two are faulty.
func TestBisectSeveral(t *testing.T) {
	journal(t)
	processes := []merged{startFaulty(t, "c09/Put"), startFaulty(t, "none"), startFaulty(t, "c55/Get")}
	var args []string
	var found []string
	for i, m := range processes {
		m.rules(t, "*->stock "+[]string{"strict", "on", "cooperative"}[i]+"\n")
		args = append(args, "-p", m.socket)
		found = append(found, m.state(t))
	}
	report, progress, err := bisected(t, slices.Concat(args, smoke(t, processes...))...)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress)
	}
	var keepOff []string
	for _, c := range report.Culprits {
		keepOff = append(keepOff, c.KeepOff...)
		if len(c.Evidence) != len(processes) {
			t.Errorf("evidence of %d processes, want all", len(c.Evidence))
		}
	}
	if want := []string{"c09->stock/StockService/Put", "c55->stock/StockService/Get"}; !slices.Equal(keepOff, want) {
		t.Errorf("it says to keep off %q, want %q", keepOff, want)
	}
	for i, m := range processes {
		if now := m.state(t); now != found[i] {
			t.Errorf("it left\n%s\nand found\n%s", now, found[i])
		}
	}
}

// TestBisectByGuard has the counts of the process decide.
func TestBisectByGuard(t *testing.T) {
	const rules = "# of the shop\ngeneration 41\nc22->* 25%\nc23->stock/*/Put off"
	for _, tt := range []struct {
		name, faults string
		args         []string
		file         bool
		code         int
		keepOff      string
		trials       int // at most
	}{
		{name: "errors", faults: "c21/Get", args: []string{"--guard=errors"}, keepOff: "c21->stock/StockService/Get", trials: 3},
		{name: "by file", faults: "c21/Get", args: []string{"--guard=errors"}, file: true, keepOff: "c21->stock/StockService/Get", trials: 3},
		{name: "two methods", faults: "c20/Put,c20/Get", args: []string{"--guard=errors"}, keepOff: "c20->stock/StockService/Get c20->stock/StockService/Put", trials: 6},
		{name: "panics", faults: "c21/Put!", args: []string{"--guard=panics"}, keepOff: "c21->stock/StockService/Put", trials: 3},
		{name: "a quarter", faults: "c22/Put", args: []string{"--guard=errors"}, keepOff: "c22->stock/StockService/Put", trials: 3},
		{name: "whole process", faults: "c21/Get", args: []string{"--guard=errors", "--whole-process"}, keepOff: "c21->stock/StockService/Get", trials: 11},
		{name: "none", faults: "none", args: []string{"--guard=errors", "--most-calls=3000"}, code: 1, trials: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := journal(t)
			env, args := []string{trafficEnv + "=1"}, slices.Concat(tt.args, []string{"--calls=500", "c20->*", "c21->*", "c22->*", "c23->*"})
			name := filepath.Join(t.TempDir(), "rules")
			if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
				t.Fatal(err)
			}
			if tt.file {
				env, args = append(env, "GO_MERGE_LINKS_FILE="+name), append([]string{"--rules=" + name}, args...)
			}
			m := startFaulty(t, tt.faults, env...)
			if !tt.file {
				m.rules(t, strings.Join(strings.Split(rules, "\n")[2:], "\n"))
			}
			found := m.state(t)
			report, progress, err := bisected(t, append([]string{"-p", m.socket}, args...)...)
			if status(err) != tt.code {
				t.Fatalf("%v\n%s", err, progress)
			}
			var keepOff []string
			for _, c := range report.Culprits {
				keepOff = append(keepOff, c.KeepOff...)
			}
			slices.Sort(keepOff)
			if got := strings.Join(keepOff, " "); got != tt.keepOff || len(report.Trials) > tt.trials {
				t.Errorf("found %s, want %s\n%s", got, tt.keepOff, progress)
			}
			for _, c := range report.Culprits {
				i := slices.IndexFunc(c.Evidence[0].Methods, func(m bisect.Method) bool { return m.Link == c.KeepOff[0] })
				if m := c.Evidence[0].Methods[i]; m.Inline.Ended.Internal+m.Panics == 0 || m.RPC.Ended.OK == 0 {
					t.Errorf("evidence %+v", m)
				}
			}
			if now := m.state(t); !tt.file && now != found {
				t.Errorf("it left\n%s\nand found\n%s", now, found)
			}
			if data, err := os.ReadFile(name); err != nil || string(data) != rules {
				t.Errorf("it left %q, %v", data, err)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the journal is still there")
			}
		})
	}
}

// TestBisectInterrupted ends a search by signals while its command runs. The rules are
// put back at once, or after SIGKILL by --restore.
func TestBisectInterrupted(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL} {
		for _, by := range []string{"socket", "file"} {
			t.Run(sig.String()+" by "+by, func(t *testing.T) {
				path := journal(t)
				name := filepath.Join(t.TempDir(), "rules")
				const rules = "# of the shop\ngeneration 41\nc50->stock off"
				if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
					t.Fatal(err)
				}
				m := startFaulty(t, "c21/Get", "GO_MERGE_LINKS_FILE="+name)
				args := []string{"bisect", "-p", m.socket}
				if by == "file" {
					args = append(args, "--rules", name)
				} else {
					m.rules(t, "c51->stock 25%\nc51->stock cooperative\n")
				}
				found := m.state(t)
				hang := filepath.Join(t.TempDir(), "end")
				if err := syscall.Mkfifo(hang, 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(self(t), slices.Concat(args, []string{"--skip", "c51->*"}, smoke(t, m))...)
				cmd.Env = append(os.Environ(), commandEnv+"=1", smokeHangEnv+"="+hang)
				progress, err := cmd.StderrPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(progress)
				for lines.Scan() && lines.Text() != "hanging" {
				}
				_, out, err := bisected(t, slices.Concat(args[1:], smoke(t, m))...)
				if status(err) != 2 || !strings.Contains(out, "another search is running") {
					t.Errorf("a second search: %v, %s", err, out)
				}
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				var rest []string
				for sig != syscall.SIGKILL && lines.Scan() {
					rest = append(rest, lines.Text())
				}
				if sig == syscall.SIGKILL {
					if err := os.WriteFile(hang, nil, 0o600); err != nil { // for the command to end
						t.Fatal(err)
					}
				}
				err = cmd.Wait()
				if sig == syscall.SIGKILL {
					_, out, err := bisected(t, slices.Concat(args[1:], smoke(t, m))...)
					if status(err) != 2 || !strings.Contains(out, "a search was interrupted") {
						t.Errorf("a search after it: %v, %s", err, out)
					}
					if out, err := mergectl("bisect", "--restore"); err != nil || out != "The rules are as they were found.\n" {
						t.Errorf("--restore: %s, %v", out, err)
					}
					if out, err := mergectl("bisect", "--restore"); err != nil || out != "Nothing to put back: there is no "+path+".\n" {
						t.Errorf("--restore again: %s, %v", out, err)
					}
				} else if status(err) != 2 || !slices.Contains(rest, "mergectl: interrupted") {
					t.Errorf("%v, %q", err, rest)
				}
				data, err := os.ReadFile(name)
				if err != nil || string(data) != rules {
					t.Errorf("it left the file with %q, %v", data, err)
				}
				if by == "socket" {
					if now := m.state(t); now != found {
						t.Errorf("it left\n%s\nand found\n%s", now, found)
					}
				}
				if _, err := os.Stat(path); err == nil {
					t.Error("the journal is still there")
				}
			})
		}
	}
}

// TestBisectUnread ends the reading of its progress.
func TestBisectUnread(t *testing.T) {
	path := journal(t)
	m := startFaulty(t, "c21/Get")
	m.rules(t, "c51->stock 25%\n")
	found := m.state(t)
	cmd := exec.Command(self(t), slices.Concat([]string{"bisect", "-p", m.socket}, smoke(t, m))...)
	cmd.Env = append(os.Environ(), commandEnv+"=1")
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(progress)
	for lines.Scan() && lines.Text() != "Check: all off" {
	}
	progress.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("it has not noticed")
	}
	if now := m.state(t); now != found {
		t.Errorf("it left\n%s\nand found\n%s", now, found)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the journal is still there")
	}
}

// TestBisectRefuses has what keeps a search from going on. The rules are as they were
// found, but for what others have set.
func TestBisectRefuses(t *testing.T) {
	smokeIn := func(t *testing.T, m merged, then string) []string {
		return []string{"--", "sh", "-c", smokeEnv + "=" + m.socket + " " + self(t) + " || exit 1; " + commandEnv + "=1 " + self(t) + " " + then}
	}
	empty := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, env string
		args      func(*testing.T, merged) []string
		want      string // in what it prints
		left      string // that was not found
	}{
		{"unbound", unboundEnv + "=1", func(t *testing.T, m merged) []string { return append([]string{"c01->*"}, smoke(t, m)...) },
			"RPCs of c01->stock fail unless another process serves them: listen is False for stock; to bind an address, set listen to true in the settings file or the go_merge_service, and restart the process; leave these links out by --skip, or add --force", ""},
		{"others", "", func(t *testing.T, m merged) []string {
			return smokeIn(t, m, "links set -p "+m.socket+" 'c60->stock' 25%")
		}, "somebody else has set c60->stock 25% meanwhile, which stays", "c60->stock 25% (admin socket)\n"},
		{"kill", "", func(t *testing.T, m merged) []string { return smokeIn(t, m, "links kill -p "+m.socket+" on") },
			"somebody else has changed the rules that are set through the socket", "kill on (admin socket)\n"},
		{"ends", "", func(t *testing.T, m merged) []string {
			return []string{"--", "sh", "-c", "exit 126"}
		}, "sh: exit code 126 ends the search; 0 is good, 1 to 124 are bad, and 125 cannot tell", ""},
		{"nothing said", "", func(t *testing.T, m merged) []string { return []string{"--repeat=2", "--", "sh", "-c", "exit 125"} },
			"no result has a majority: exit codes 125, 125", ""},
		{"results vary", "", func(t *testing.T, m merged) []string {
			runs := filepath.Join(t.TempDir(), "runs")
			script := "echo >>" + runs + "; shift $(($(wc -l <" + runs + ")-1)); exit $1"
			return []string{"c00->*", "c01->*", "c02->*", "c03->*", "--", "sh", "-c", script, "sh", "1", "0", "1", "0", "0", "0"}
		}, "it was both bad and good with c00->stock/StockService, c01->stock/StockService on: the results vary; have each trial run several times by --repeat", ""},
		{"no program", "", func(t *testing.T, m merged) []string { return []string{"--", "/nowhere/smoke"} },
			"/nowhere/smoke: no such file or directory", ""},
		{"no calls", "", func(t *testing.T, m merged) []string { return []string{"--guard=errors", "--wait=1ms"} },
			"the processes have made no calls for 1ms; a guard needs some", ""},
		{"nothing is verified", "", func(t *testing.T, m merged) []string { return []string{"--guard=verify"} },
			"no call of these processes is verified; set a rule such as item->stock/StockService/GetStock verify 1%", ""},
		{"whole panics", "", func(t *testing.T, m merged) []string { return []string{"--guard=panics", "--whole-process"} },
			"--whole-process is for --guard=errors and --guard=slow; what other guards count belongs to one method", ""},
		{"limit of errors", "", func(t *testing.T, m merged) []string { return []string{"--guard=errors", "--limit=1%"} },
			"--limit is for the guards panics, fallbacks and verify; others compare with RPCs", ""},
		{"not a limit", "", func(t *testing.T, m merged) []string { return []string{"--guard=panics", "--limit=none"} },
			`--limit=none: "none" is not a percentage`, ""},
		{"no link", "", func(t *testing.T, m merged) []string { return append([]string{"c99->*"}, smoke(t, m)...) },
			"a link: c99->*: no process has such a link; there is c00->stock/StockService, c01->stock/StockService", ""},
		{"a method", "", func(t *testing.T, m merged) []string {
			return append([]string{"--skip=c01->stock/StockService/Get"}, smoke(t, m)...)
		}, "--skip: c01->stock/StockService/Get names a method; name its link", ""},
		{"no rules file", "", func(t *testing.T, m merged) []string {
			return append([]string{"--rules=" + os.DevNull + "/x"}, smoke(t, m)...)
		}, "not a directory", ""},
		{"file below", "GO_MERGE_LINKS_FILE=" + empty, func(t *testing.T, m merged) []string {
			m.rules(t, "c02->stock strict\nc03->stock 50%\n")
			return append([]string{"--rules=" + empty}, smoke(t, m)...)
		}, "c03->stock 50% was set through the socket and wins over the rules file for c03->stock/StockService/Get; unset it, or leave out --rules", ""},
		{"nobody decides", "", func(t *testing.T, m merged) []string { return nil }, "write the command that decides after --, or name a --guard", ""},
		{"two decide", "", func(t *testing.T, m merged) []string { return append([]string{"--guard=errors"}, smoke(t, m)...) },
			"either the command decides or --guard; leave out one", ""},
		{"calls of a command", "", func(t *testing.T, m merged) []string { return append([]string{"--calls=10"}, smoke(t, m)...) },
			"--calls and --most-calls are for --guard", ""},
		{"runs of a guard", "", func(t *testing.T, m merged) []string { return []string{"--guard=panics", "--repeat=3"} },
			"--repeat is for a command; a guard decides by the number of calls", ""},
		{"slow without a time", "", func(t *testing.T, m merged) []string { return []string{"--guard=slow"} },
			"--guard=slow needs the time above which calls are slow, such as --slow=50ms", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := journal(t)
			m := startFaulty(t, "c01/Get", tt.env)
			m.rules(t, "c02->stock strict\n")
			args := tt.args(t, m)
			found := m.state(t)
			_, out, err := bisected(t, append([]string{"-p", m.socket}, args...)...)
			if status(err) != 2 || !strings.Contains(out, tt.want) {
				t.Errorf("%v, want 2 and %s; got\n%s", err, tt.want, out)
			}
			now := m.state(t)
			if tt.left != "" {
				if !strings.Contains(now, tt.left) || strings.Contains(now, "StockService off (") {
					t.Errorf("it left\n%s", now)
				}
			} else if now != found {
				t.Errorf("it left\n%s\nand found\n%s", now, found)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the journal is still there")
			}
		})
	}
}

// TestBisectProcessEnds ends the process while it is searched.
func TestBisectProcessEnds(t *testing.T) {
	journal(t)
	m := startFaulty(t, "c01/Get")
	_, out, err := bisected(t, "-p", m.socket, "--", "sh", "-c", "kill -KILL "+strconv.Itoa(m.pid))
	if status(err) != 2 || !strings.Contains(out, "the process has ended, and what was set through its socket with it") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestRestoreChangedFile leaves a rules file alone that somebody else has changed since,
// unless it is forced.
func TestRestoreChangedFile(t *testing.T) {
	path := journal(t)
	name := filepath.Join(t.TempDir(), "rules")
	const rules = "c50->stock off\n"
	if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
		t.Fatal(err)
	}
	m := startFaulty(t, "c01/Get", "GO_MERGE_LINKS_FILE="+name)
	// The command is bad at first, and later good, but changes the file.
	script := smokeEnv + "=" + m.socket + " " + self(t) + " || exit 1; echo '# mine' >>" + name
	_, out, err := bisected(t, "-p", m.socket, "--rules", name, "c01->*", "c02->*", "--", "sh", "-c", script)
	if status(err) != 2 || !strings.Contains(out, "somebody else has changed the file") {
		t.Errorf("%v\n%s", err, out)
	}
	changed, err := os.ReadFile(name)
	if err != nil || !strings.HasSuffix(string(changed), "# mine\n") {
		t.Errorf("it left %q, %v", changed, err)
	}
	if out, err := mergectl("bisect", "--restore"); err == nil || !strings.Contains(err.Error(), "--restore --force, which writes the file as it was found") {
		t.Errorf("--restore: %s, %v", out, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the journal is gone: %v", err)
	}
	if out, err := mergectl("bisect", "--restore", "--force"); err != nil {
		t.Errorf("--restore --force: %s, %v", out, err)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != rules {
		t.Errorf("it left %q, %v", data, err)
	}
}

// TestBisectSimulate plays searches, and refuses what cannot be played. A link may not be
// taken for the command.
func TestBisectSimulate(t *testing.T) {
	out, err := mergectl("bisect", "simulate", "--links=8", "--rpc-failures=1%", "--plays=3", "--most=200000", "--format=json")
	if err != nil {
		t.Fatal(err)
	}
	var s simulatedSearches
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Plays != 3 || s.Right != 3 || s.MedianCalls < 1000 || s.P95Trials < 3 {
		t.Errorf("%+v, %v", s, err)
	}
	out, err = mergectl("bisect", "simulate", "--links=4", "--bad=0", "--rpc-failures=1%", "--plays=2", "--most=5000")
	if want := "2 of 2 searches were right, 0 named an innocent link, 0 missed a bad one, 0 could not tell\nhalf of them took at most "; err != nil || !strings.HasPrefix(out, want) {
		t.Errorf("%q, %v", out, err)
	}
	for flags, want := range map[string]string{
		"--format=yaml":                  "--format=yaml: want text or json",
		"--rpc-failures=0%":              "--rpc-failures=0%: want more than 0%",
		"--rpc-failures=half":            `--rpc-failures=half: "half" is not a percentage`,
		"--rpc-failures=10%":             "--ratio=20: inline calls would fail at 2; want a rate from 0 to 1",
		"--links=0":                      "--links=0: want a number from 1 to 1,000",
		"--bad=65":                       "--bad=65: there are only 64 links",
		"--bad=33 --together":            "--bad=33: there are only 64 links",
		"--look=0":                       "--look=0: want a number from 1 to 100,000",
		"--plays=0":                      "--most=1000000 --plays=0: want a look and a play at least",
		"--plays=1000 --most=1000000000": "--most=1000000000 --plays=1000: want a look and a play at least",
		"more":                           `unknown command "more"`,
	} {
		_, err := mergectl(append([]string{"bisect", "simulate"}, strings.Fields(flags)...)...)
		if !errors.As(err, &cannotRun{}) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", flags, err, want)
		}
	}
	if _, err := mergectl("bisect", "-p", "/nowhere", "--", "simulate"); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("a program of that name: %v", err)
	}
}
