package switching

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	foundRules  = "# by hand\n* off"
	switchRules = "generation 1\n# by hand\n* off\nitem->stock off\n"
)

// interrupted leaves behind what a search does that is killed: a rules file and a journal.
func interrupted(t *testing.T) (journal, rules string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	journal, rules = filepath.Join(dir, "state", "journal"), filepath.Join(dir, "rules")
	if err := os.WriteFile(rules, []byte(switchRules), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := begin(journal, &record{
		Processes: []processRecord{{Socket: filepath.Join(dir, "ended"), MaySet: []string{"item->stock off"}}},
		File:      &fileRecord{Name: rules, Found: []byte(foundRules)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.add(record{Written: digest([]byte(switchRules))}); err != nil {
		t.Fatal(err)
	}
	j.file.Close()
	return journal, rules
}

func TestRestore(t *testing.T) {
	journal, rules := interrupted(t)
	notes, err := Restore(journal, false)
	if err != nil || len(notes) != 1 || !strings.HasSuffix(notes[0], "ended: the process has ended, and what was set through its socket with it") {
		t.Errorf("%q, %v", notes, err)
	}
	if data, err := os.ReadFile(rules); err != nil || string(data) != foundRules {
		t.Errorf("it left %q, %v", data, err)
	}
	if _, err := Restore(journal, false); !errors.Is(err, ErrNothing) {
		t.Errorf("again: %v", err)
	}
}

// TestRestoreTorn cuts the journal at each byte, as a crash does while it is written. What
// a line says is done only after it is there, so the file is as the lines before it say.
func TestRestoreTorn(t *testing.T) {
	journal, rules := interrupted(t)
	whole, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if err := errors.Join(os.WriteFile(journal, whole[:n], 0o600), os.WriteFile(rules, []byte(foundRules), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(journal, false); err != nil {
			t.Errorf("cut at %d: %v", n, err)
		}
		if data, err := os.ReadFile(rules); err != nil || string(data) != foundRules {
			t.Errorf("cut at %d, it left %q, %v", n, data, err)
		}
		if _, err := os.Stat(journal); err == nil {
			t.Errorf("cut at %d, the journal is still there", n)
		}
	}
}

// TestRestoreDamaged keeps a journal that it cannot read, and a file that is none. The
// rules file stays as it is, even by force.
func TestRestoreDamaged(t *testing.T) {
	const first = `{"processes":[{"socket":"/run/shop.sock","by_file":true}],"file":{"name":"/etc/rules","found":""}}` + "\n"
	for text, want := range map[string]string{
		first + "not JSON\n":                  "line 2: it is not that of a journal: invalid character",
		first + "not":                         "line 2: it is not that of a journal; name",
		first + "{}\n":                        "line 2: it is not that of a journal: it has not the SHA-256 of a rules file; name",
		first + `{"written":"c0ffee"}` + "\n": "line 2: it is not that of a journal: it has not the SHA-256 of a rules file; name",
		first + first:                         "line 2: it is not that of a journal: it has not the SHA-256 of a rules file; name",
		"* off":                               "line 1: it is not that of a journal; name",
		"\n":                                  "line 1: it is not that of a journal: EOF; name",
		"{}\n":                                "line 1: it is not that of a journal: it has not what processes were found with; name",
		"null\n":                              "line 1: it is not that of a journal: it has not what processes were found with; name",
		"{} {}\n":                             "line 1: it is not that of a journal: there is more than one value; name",
		`{"processes":[{}]}` + "\n":           `line 1: it is not that of a journal: it has not what the process "" was found with; name`,
		strings.Replace(first, `,"found":""`, "", 1):                             `line 1: it is not that of a journal: it has not what the rules file "/etc/rules" held; name`,
		strings.Replace(first, `"/etc/rules"`, `"rules"`, 1):                     `line 1: it is not that of a journal: it has not what the rules file "rules" held; name`,
		`{"file":{"name":"/etc/rules","found":""}}` + "\n":                       "line 1: it is not that of a journal: it has not what processes were found with; name",
		`{"time":"2030-01-01T00:00:00Z","event":"begin"}` + "\n":                 `line 1: it is not that of a journal: json: unknown field "time"; name`,
		strings.Replace(first, `"socket":`, `"off":["item->stock off"],"x":`, 1): `line 1: it is not that of a journal: json: unknown field "off"; name`,
	} {
		journal, rules := interrupted(t)
		if err := os.WriteFile(journal, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(journal, true); err == nil || !strings.HasPrefix(err.Error(), journal+": "+want) {
			t.Errorf("%q: got %v", text, err)
		}
		if data, err := os.ReadFile(rules); err != nil || string(data) != switchRules {
			t.Errorf("%q: it left %q, %v", text, data, err)
		}
		if data, err := os.ReadFile(journal); err != nil || string(data) != text {
			t.Errorf("%q: the journal is %q afterwards, %v", text, data, err)
		}
		if _, err := begin(journal, &record{Processes: []processRecord{{Socket: "/run/shop.sock"}}}); err == nil {
			t.Errorf("%q: a search begins where its journal is", text)
		}
	}
}

// TestRestoreZeros takes a line that is not there but for zeros as one that was torn.
func TestRestoreZeros(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(journal, []byte("{\"proc\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(journal, false); err != nil {
		t.Error(err)
	}
}

// TestRestoreRemovedFile writes a rules file that is not there any more only if it has to.
func TestRestoreRemovedFile(t *testing.T) {
	journal, rules := interrupted(t)
	if err := os.Remove(rules); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(journal, false); err == nil || !strings.Contains(err.Error(), "somebody else has removed the file") {
		t.Errorf("got %v", err)
	}
	if _, err := Restore(journal, true); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(rules); err != nil || string(data) != foundRules {
		t.Errorf("it left %q, %v", data, err)
	}
}

// TestOpenKind refuses what is not a file.
func TestOpenKind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	if _, err := Restore(dir, false); err == nil || err.Error() != dir+": not a regular file" {
		t.Errorf("got %v", err)
	}
	if _, err := begin(dir, new(record)); err == nil || err.Error() != dir+": not a regular file" {
		t.Errorf("got %v", err)
	}
}

func TestDefaultJournal(t *testing.T) {
	for _, tt := range []struct{ state, home, want string }{
		{"/state", "/home/me", "/state/mergectl/bisect.journal"},
		{"", "/home/me", "/home/me/.local/state/mergectl/bisect.journal"},
		{"", "", "name a file for what to put back after a crash, by --journal: neither XDG_STATE_HOME nor HOME is set"},
	} {
		got, err := DefaultJournal(func(name string) string {
			return map[string]string{"XDG_STATE_HOME": tt.state, "HOME": tt.home}[name]
		})
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
}
