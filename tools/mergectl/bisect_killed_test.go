//go:build unix

package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// killedAt starts a search, sends it a signal once it has written some lines, and returns
// whether it had not ended before.
func killedAt(t *testing.T, lines int, sig syscall.Signal, args []string) bool {
	t.Helper()
	cmd := exec.Command(self(t), args...)
	cmd.Env = append(os.Environ(), commandEnv+"=1")
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(progress)
	for range lines {
		if !scanner.Scan() {
			break
		}
	}
	if err := cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	for scanner.Scan() {
	}
	return cmd.Wait() != nil
}

// TestBisectKilled ends searches after each line that they write, or after some of them.
// The rules are put back at once, or after SIGKILL by --restore.
func TestBisectKilled(t *testing.T) {
	for _, tt := range []struct {
		name string
		file bool
		args []string
	}{
		{"a command, by socket", false, nil},
		{"a command, by file", true, nil},
		{"a guard, by socket", false, []string{"--guard=errors", "--calls=500"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := journal(t)
			name := filepath.Join(t.TempDir(), "rules")
			const rules = "# of the shop\ngeneration 41\nc02->stock 25%"
			if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
				t.Fatal(err)
			}
			m := startFaulty(t, "c01/Get", "GO_MERGE_LINKS_FILE="+name, trafficEnv+"=1")
			m.rules(t, "c03->stock cooperative\n")
			found := m.state(t)
			args := slices.Concat([]string{"bisect", "-p", m.socket}, tt.args, []string{"c01->*", "c02->*"})
			if tt.file {
				args = append(args, "--rules="+name)
			}
			if tt.args == nil {
				args = append(args, smoke(t, m)...)
			}
			killed := 0
			signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT}
			for lines, i, going := 1, 0, true; going; i++ {
				sig := signals[i%len(signals)]
				going = killedAt(t, lines, sig, args)
				if _, err := os.Stat(path); err == nil {
					if sig != syscall.SIGKILL {
						t.Errorf("%v after line %d: there is a journal", sig, lines)
					}
					killed++
					if out, err := mergectl("bisect", "--restore"); err != nil {
						t.Fatalf("%v after line %d: %s, %v", sig, lines, out, err)
					}
				}
				if data, err := os.ReadFile(name); err != nil || string(data) != rules {
					t.Fatalf("%v after line %d: it left the file with %q, %v", sig, lines, data, err)
				}
				// The next search waits until the process has read the file.
				if now := m.state(t); !tt.file && now != found {
					t.Fatalf("%v after line %d: it left\n%s\nand found\n%s", sig, lines, now, found)
				}
				if lines++; tt.file {
					lines += lines / 2 // each switch takes a second
				}
			}
			if killed == 0 {
				t.Error("no search left a journal")
			}
			if _, out, err := bisected(t, args[1:]...); err != nil {
				t.Errorf("a search after all that: %v\n%s", err, out)
			}
		})
	}
}

// TestBisectLinkedFile searches with a rules file as in a ConfigMap that is mounted: a link
// to one in a folder, which another link leads to. If that is changed meanwhile, the new
// file stays.
func TestBisectLinkedFile(t *testing.T) {
	const rules = "c02->stock 25%\n# version "
	for _, changed := range []bool{false, true} {
		journal(t)
		dir := t.TempDir()
		name := filepath.Join(dir, "rules")
		for _, version := range []string{"1", "2"} {
			if err := errors.Join(os.Mkdir(filepath.Join(dir, version), 0o755), os.WriteFile(filepath.Join(dir, version, "rules"), []byte(rules+version), 0o640)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(os.Symlink("1", filepath.Join(dir, "..data")), os.Symlink(filepath.Join("..data", "rules"), name)); err != nil {
			t.Fatal(err)
		}
		m := startFaulty(t, "c01/Get", "GO_MERGE_LINKS_FILE="+name)
		// The first trial is bad, and then somebody changes the link.
		script := smokeEnv + "=" + m.socket + " " + self(t)
		if changed {
			script += " || exit 1; ln -s 2 " + dir + "/new; mv -T " + dir + "/new " + dir + "/..data"
		}
		report, out, err := bisected(t, "-p", m.socket, "--rules", name, "c00->*", "c01->*", "--", "sh", "-c", script)
		if changed {
			if status(err) != 2 || !strings.Contains(out, "somebody else has changed the file") {
				t.Errorf("%v\n%s", err, out)
			}
		} else if err != nil || len(report.Culprits) != 1 {
			t.Errorf("%v, %+v\n%s", err, report, out)
		}
		to, err := os.Readlink(filepath.Join(dir, "..data"))
		if err != nil || (to == "2") != changed {
			t.Errorf("the link leads to %s, %v", to, err)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != rules+to {
			t.Errorf("it left %q, %v", data, err)
		}
		if to, err := os.Readlink(name); err != nil || to != filepath.Join("..data", "rules") {
			t.Errorf("the file is a link to %s, %v", to, err)
		}
	}
}

// TestBisectUnwritable searches with a rules file beside which no other one can be written,
// whoever tries: its name is as long as names can be.
func TestBisectUnwritable(t *testing.T) {
	path := journal(t)
	const rules = "# of the shop\nc02->stock 25%"
	name := filepath.Join(t.TempDir(), strings.Repeat("r", 255))
	if err := os.WriteFile(name, []byte(rules), 0o640); err != nil {
		t.Fatal(err)
	}
	m := startFaulty(t, "c01/Get", "GO_MERGE_LINKS_FILE="+name)
	_, out, err := bisected(t, slices.Concat([]string{"-p", m.socket, "--rules", name}, smoke(t, m))...)
	if status(err) != 2 || !strings.Contains(out, "file name too long") || !strings.Contains(out, "The rules are as they were found.") {
		t.Errorf("%v\n%s", err, out)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != rules {
		t.Errorf("it left %q, %v", data, err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the journal is still there")
	}
}

// TestBisectTwoJournals begins a second search of a process, with its own journal, while
// the first one has links switched off.
func TestBisectTwoJournals(t *testing.T) {
	journal(t)
	m := startFaulty(t, "c01/Get")
	m.rules(t, "c02->stock 25%\n")
	found := m.state(t)
	second := commandEnv + "=1 " + self(t) + " bisect -p " + m.socket + " --journal=" + filepath.Join(t.TempDir(), "2") + " -- true"
	script := smokeEnv + "=" + m.socket + " " + self(t) + " || exit 1; " + second + "; exit 0"
	report, out, err := bisected(t, "-p", m.socket, "c00->*", "c01->*", "--", "sh", "-c", script)
	if err != nil || len(report.Culprits) != 1 || !strings.Contains(out, m.socket+": another search is running there; wait for it") {
		t.Errorf("%v, %+v\n%s", err, report, out)
	}
	if now := m.state(t); now != found {
		t.Errorf("it left\n%s\nand found\n%s", now, found)
	}
}

// TestBisectProcessRestarts has another process take the place of one that is searched. It
// reads the same rules file, and so does what the search has set.
func TestBisectProcessRestarts(t *testing.T) {
	journal(t)
	dir := t.TempDir()
	name, input := filepath.Join(dir, "rules"), filepath.Join(dir, "input")
	const rules = "c02->stock 25%"
	if err := errors.Join(os.WriteFile(name, []byte(rules), 0o640), syscall.Mkfifo(input, 0o600)); err != nil {
		t.Fatal(err)
	}
	open, err := os.OpenFile(input, os.O_RDWR, 0) // the process ends when this is closed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { open.Close() })
	m := startFaulty(t, "c01/Get", "GO_MERGE_LINKS_FILE="+name)
	again := faultyEnv + "=1 " + faultsEnv + "=c01/Get GO_MERGE_LINKS_FILE=" + name + " GO_MERGE_ADMIN_SOCKET=" + m.socket + " " + self(t)
	script := smokeEnv + "=" + m.socket + " " + self(t) + ` && exit 0
		test -e ` + dir + `/again && exit 1
		touch ` + dir + `/again
		kill -KILL ` + strconv.Itoa(m.pid) + `
		rm ` + controlSocket(m.socket) + `
		` + again + ` <` + input + ` >/dev/null 2>&1 &
		while ` + smokeEnv + "=" + m.socket + " " + self(t) + `; test $? = 125; do kill -0 $! || exit 126; done
		exit 1`
	_, out, err := bisected(t, "-p", m.socket, "--rules", name, "c00->*", "c01->*", "--", "sh", "-c", script)
	if status(err) != 2 || !strings.Contains(out, m.socket+": the process was restarted") {
		t.Errorf("%v\n%s", err, out)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != rules {
		t.Errorf("it left %q, %v", data, err)
	}
}
