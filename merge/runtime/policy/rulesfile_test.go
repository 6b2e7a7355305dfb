package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fileStep is something that happens to a file of rules. State is that of the
// calls of item to stock afterwards, and logs what is logged, with FILE for the
// file's path.
type fileStep struct {
	name        string
	do          func() error
	state, logs string
}

// pollAfter does steps, and looks at the file three times after each.
func pollAfter(t *testing.T, s *shop, path string, steps []fileStep) {
	t.Helper()
	f := &rulesFile{path: path, rules: s.Switch, settle: func() {}, now: time.Now}
	for _, step := range steps {
		s.log.Reset()
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			f.read()
		}
		if got := strings.ReplaceAll(s.state(itemGets), path, "FILE"); got != step.state {
			t.Errorf("%s: state %s, want %s", step.name, got, step.state)
		}
		if got := strings.ReplaceAll(s.log.String(), path, "FILE"); got != step.logs {
			t.Errorf("%s: logged\n%swant\n%s", step.name, got, step.logs)
		}
	}
}

// TestRulesFile goes through what may happen to a file, polling it three times
// after each step.
func TestRulesFile(t *testing.T) {
	s := newShopOfTwo()
	path := filepath.Join(t.TempDir(), "rules")
	write := func(text string) func() error {
		return func() error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	steps := []fileStep{
		{"missing at the start", func() error { return nil }, "on", "links: FILE does not exist and sets no rules\n"},
		{"written", write("# rollout\nitem->stock 25%\n"), "25% by FILE:2: item->stock 25%", "links: FILE: item->stock 25%; 3 methods changed\n"},
		{"a comment more", write("# rollout\n# day 2\nitem->stock 25%\n"), "25% by FILE:3: item->stock 25%", ""},
		{"does not parse", write("item->stock 50%\nitem->stock/*/Get maybe\n"), "25% by FILE:3: item->stock 25%",
			"links: FILE:2: item->stock/*/Get: \"maybe\" is not on, off, a percentage such as 25%, strict or cooperative\nthe rules before it stay\n"},
		{"another mistake", write("api->item off\n"), "25% by FILE:3: item->stock 25%",
			"links: FILE:1: api->item: this binary has no such link; it has api->stock, item->stock\nthe rules before it stay\n"},
		{"mended", write("item->stock 50%\nkill on"), "off by FILE:2: kill on", "links: FILE: kill on, item->stock 50% (was 25%); 4 methods changed\n"},
		{"kill removed", write("item->stock 50%"), "50% by FILE:1: item->stock 50%", "links: FILE: kill unset (was on); 4 methods changed\n"},
		{"too long", write(strings.Repeat("#", rulesFileLimit+1)), "50% by FILE:1: item->stock 50%", "links: read FILE: larger than 1048576 bytes; the rules before it stay\n"},
		{"removed", func() error { return os.Remove(path) }, "on", "links: FILE does not exist and sets no rules\nlinks: FILE: item->stock unset (was 50%); 3 methods changed\n"},
		{"empty", write(""), "on", ""},
		{"there again", write("item->stock off"), "off by FILE:1: item->stock off", "links: FILE: item->stock off; 3 methods changed\n"},
	}
	pollAfter(t, s, path, steps)
}

// TestRulesFileUnusableAtStart goes through files that a process may find when
// it starts. Until one can be used, all calls are RPCs.
func TestRulesFileUnusableAtStart(t *testing.T) {
	s := newShopOfTwo()
	path := filepath.Join(t.TempDir(), "rules")
	const killed = "off by FILE, which cannot be used: kill on"
	const byRPC = "all calls are RPCs until it can be used\n"
	steps := []fileStep{
		{"a FIFO", func() error { return syscall.Mkfifo(path, 0o600) }, killed,
			"links: read FILE: not a regular file; " + byRPC + "links: FILE: kill on; 4 methods changed\n"},
		{"a folder", func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, killed,
			"links: read FILE: is a directory; " + byRPC},
		{"an unknown link", func() error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte("api->item off"), 0o600))
		}, killed, "links: FILE:1: api->item: this binary has no such link; it has api->stock, item->stock\n" + byRPC},
		{"mended", func() error { return os.WriteFile(path, []byte("* 10%"), 0o600) }, "10% by FILE:1: * 10%",
			"links: FILE: * 10%, kill unset (was on); 4 methods changed\n"},
		{"broken again", func() error { return os.WriteFile(path, []byte("*"), 0o600) }, "10% by FILE:1: * 10%",
			"links: FILE:1: \"*\" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on\nthe rules before it stay\n"},
	}
	pollAfter(t, s, path, steps)
}

// TestRulesFileHalfWritten catches a writer in the middle of a file.
func TestRulesFileHalfWritten(t *testing.T) {
	s := newShopOfTwo()
	path := filepath.Join(t.TempDir(), "rules")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
	write("item->stock 1")
	f := &rulesFile{path: path, rules: s.Switch, now: time.Now}
	f.settle = func() { write("item->stock 10%") }
	f.read()
	if got := s.state(itemGets); got != "on" || s.log.Len() > 0 {
		t.Errorf("state %s and log %q from a half written file", got, &s.log)
	}
	f.read()
	if got, want := s.state(itemGets), "10% by "+path+":1: item->stock 10%"; got != want {
		t.Errorf("state %s, want %s", got, want)
	}
}

func TestRulesFileIsPolled(t *testing.T) {
	s := newShopOfTwo()
	path := filepath.Join(t.TempDir(), "rules")
	f := &rulesFile{path: path, rules: s.Switch, settle: func() {}, now: time.Now}
	defer f.watch(time.Millisecond)()
	if err := os.WriteFile(path, []byte("* off"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "off by " + path + ":1: * off"
	for range 10_000 {
		if s.state(itemGets) == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("state %s, want %s", s.state(itemGets), want)
}
