package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
)

// TestRollout makes passes over one merged binary, with each exit code but 0.
func TestRollout(t *testing.T) {
	dir := t.TempDir()
	rules, file := filepath.Join(dir, "rules"), filepath.Join(dir, "rollout.yaml")
	m := start(t, "GO_MERGE_LINKS=* off", "GO_MERGE_LINKS_FILE="+rules)
	text := "links: [item->stock]\nrules_file: rules\nlog: log\nprocesses: {sockets: [" + m.socket + "]}\nsteps: [{calls: 1%}, {calls: 100%}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string // in the output or the error
	}{
		{[]string{"--settings=" + dir + "/none"}, 2, "no such file"},
		{[]string{"--settings=" + file, "--stop"}, 2, "log: the rollout has not begun"},
		{[]string{"--settings=" + file, "--once", "--watch"}, 2, "--once, --watch, --stop and --status exclude each other"},
		{[]string{"--settings=" + file, "--format=table"}, 2, "--format=table: want text or json"},
		{[]string{"--settings=" + file, "now"}, 2, "unknown command"},
		{[]string{"--settings=" + file, "--never"}, 2, "unknown flag"},
		{[]string{"--settings=" + file}, 3, "Step 1 of 2, for 0s: generation 1; processes 100%; expires "},
		{[]string{"--settings=" + file, "--once", "--configmap=shop-rules"}, 3, "kind: ConfigMap\nmetadata:\n    name: shop-rules\ndata:\n    rules: |\n        generation 1\n"},
		{[]string{"--settings=" + file, "--format=json"}, 3, `"status": "holding"`},
		{[]string{"--settings=" + file, "--status"}, 3, "Step 1 of 2, for "},
		{[]string{"--settings=" + file, "--stop"}, 1, "Rolled back: somebody asked for it\n"},
		{[]string{"--settings=" + file, "--watch"}, 1, "rolled back: step 1 of 2, generation 2, 1 of 1 processes obey; somebody asked for it\n"},
	} {
		out, err := mergectl(append([]string{"rollout"}, tt.args...)...)
		if code := exitCode(err); code != tt.code || err != nil && tt.code == 2 && !strings.Contains(err.Error(), tt.want) || tt.code != 2 && !strings.Contains(out, tt.want) {
			t.Errorf("%s: exit code %d, %v, output\n%s, want code %d and %s", tt.args, code, err, out, tt.code, tt.want)
		}
		if tt.args[len(tt.args)-1] == "--settings="+file {
			waitForGeneration(t, m.socket, 1)
		}
	}
	for from, want := range map[string]string{
		file:                      "rolled back</span>",
		filepath.Join(dir, "log"): "They are not known: only the settings say what the guards are",
	} {
		page := filepath.Join(dir, "page.html")
		if _, err := mergectl("ui", "--rollout="+from, "--out="+page, m.socket); err != nil || !strings.Contains(string(readFile(t, page)), want) {
			t.Errorf("the page of %s: %v, and no %s", from, err, want)
		}
	}
	if text, err := os.ReadFile(rules); err != nil || string(text) != "generation 2\nprocesses 100%\nitem->stock off\n" {
		t.Errorf("the rules file is %s, %v", text, err)
	}
}

// watched is mergectl rollout --watch while it runs.
type watched struct {
	out   *bufio.Reader
	ended chan error
}

// watchRollout begins to watch. What mergectl prints has to be read: it waits for that.
func watchRollout(file string) *watched {
	out, in := io.Pipe()
	w := &watched{out: bufio.NewReaderSize(out, 16), ended: make(chan error, 1)}
	cmd := command()
	cmd.SetArgs([]string{"rollout", "--watch", "--settings=" + file})
	cmd.SetOut(in)
	go func() {
		err := cmd.Execute()
		in.Close()
		w.ended <- err
	}()
	return w
}

// until reads up to a text. If more is to come, mergectl waits with that.
func (w *watched) until(t *testing.T, part string) {
	t.Helper()
	var read strings.Builder
	for !strings.HasSuffix(read.String(), part) {
		b, err := w.out.ReadByte()
		if err != nil {
			t.Fatalf("it printed\n%s\nand not %s, and ended with %v", &read, part, <-w.ended)
		}
		read.WriteByte(b)
	}
}

// end reads the rest and returns how it ended.
func (w *watched) end() error {
	_, err := io.Copy(io.Discard, w.out)
	return errors.Join(err, <-w.ended)
}

// TestRolloutWatch goes on after errors that pass by, and ends with those that do not.
func TestRolloutWatch(t *testing.T) {
	dir := t.TempDir()
	rules, file, socket := filepath.Join(dir, "rules"), filepath.Join(dir, "rollout.yaml"), filepath.Join(dir, "shop.sock")
	write := func(name, text string) { // at once
		t.Helper()
		if err := errors.Join(os.WriteFile(name+".new", []byte(text), 0o600), os.Rename(name+".new", name)); err != nil {
			t.Fatal(err)
		}
	}
	write(file, "links: [item->stock]\nrules_file: rules\nlog: log\npoll: 100ms\nprocesses: {sockets: [shop.sock]}\nsteps: [{calls: 1%}, {calls: 100%}]\n")
	w := watchRollout(file)
	for range 3 {
		w.until(t, "undecided: 0 of 1 processes can be read, and the quorum is 90%")
	}
	m := start(t, "GO_MERGE_LINKS=* off", "GO_MERGE_LINKS_FILE="+rules)
	if err := os.Symlink(m.socket, socket); err != nil {
		t.Fatal(err)
	}
	w.until(t, "Step 1 of 2")
	text := string(readFile(t, rules))
	write(rules, "generation 1\nitem->st")
	for range 3 {
		w.until(t, "undecided: "+rules+":2: ")
	}
	write(rules, text)
	changed := "undecided: " + rules + " was changed by somebody else"
	for range 2 {
		w.until(t, " holding: step 1 of 2")
		text = string(readFile(t, rules))
		write(rules, "generation 1\nitem->stock 50%\n")
		w.until(t, changed)
		write(rules, text)
	}
	w.until(t, " holding: step 1 of 2")
	text = string(readFile(t, rules))
	write(rules, "generation 1\nitem->stock 50%\n")
	if err := w.end(); exitCode(err) != 2 || !strings.Contains(err.Error(), strings.TrimPrefix(changed, "undecided: ")) {
		t.Errorf("with rules of somebody else, it ended with %v", err)
	}
	write(rules, text)
	w = watchRollout(file)
	w.until(t, "Step 1 of 2")
	if out, err := mergectl("rollout", "--stop", "--settings="+file); exitCode(err) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	if err := w.end(); exitCode(err) != 1 {
		t.Errorf("stopped, it ended with %v", err)
	}
}

// TestRolloutReader reads a log that grows, and then another one.
func TestRolloutReader(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rollout.log")
	l := rolloutReader{file: name}
	line := func(n int) string {
		return fmt.Sprintf(`{"time":"2030-01-01T00:00:%02dZ","event":"step","step":%d}`+"\n", n, n)
	}
	if _, err := l.read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a log: %v", err)
	}
	for _, tt := range []struct {
		text string
		want []int // steps
	}{
		{line(1), []int{1}},
		{line(1) + line(2) + line(3)[:9], []int{1, 2}},
		{line(1) + line(2) + line(3) + line(4), []int{1, 2, 3, 4}},
		{line(7) + line(2) + line(3) + line(4) + line(5), []int{7, 2, 3, 4, 5}},
		{line(8), []int{8}},
	} {
		if err := os.WriteFile(name, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := l.read()
		if err != nil {
			t.Fatal(err)
		}
		var steps []int
		for _, e := range r.Entries {
			steps = append(steps, e.Step)
		}
		if !slices.Equal(steps, tt.want) {
			t.Errorf("%s has steps %v, want %v", tt.text, steps, tt.want)
		}
	}
}

// waitForGeneration waits until a process obeys a generation of its rules file.
func waitForGeneration(t *testing.T, socket string, generation uint64) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(50 * time.Millisecond) {
		links, err := admin.NewClient(socket).Links()
		if err != nil {
			t.Fatal(err)
		}
		if links.File.Generation == generation {
			return
		}
	}
	t.Fatalf("the process does not obey generation %d", generation)
}

func TestRolloutSimulate(t *testing.T) {
	out, err := mergectl("rollout", "simulate", "--calls=5%", "--plays=20", "--format=json")
	if err != nil {
		t.Fatal(err)
	}
	var got simulated
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Plays != 20 || got.Stopped != 20 || got.P95 == nil || *got.P95 < *got.Median || *got.P95 > 60_000 {
		t.Errorf("got %s, %v", out, err)
	}
	out, err = mergectl("rollout", "simulate", "--ratio=1", "--plays=20", "--most=20000")
	if err != nil || !strings.HasPrefix(out, "0 of 20 rollouts were stopped") {
		t.Errorf("got %s, %v", out, err)
	}
	for _, flag := range []string{"--calls=0%", "--calls=100%", "--calls=x", "--rpc-failures=10%", "--ratio=0", "--ratio=NaN", "--poll=0", "--most=1", "--plays=0", "--format=table"} {
		if _, err := mergectl("rollout", "simulate", flag); err == nil || exitCode(err) != 2 || !strings.HasPrefix(err.Error(), "--") {
			t.Errorf("%s: %v", flag, err)
		}
	}
}
