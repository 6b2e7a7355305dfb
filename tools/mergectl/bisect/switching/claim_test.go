package switching

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClaim has several searches with their own journals. Only one at a time may switch a
// process or a rules file, however it names it, and none may until what an interrupted one
// has switched is put back.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	rules, link := filepath.Join(dir, "rules"), filepath.Join(dir, "link")
	if err := os.WriteFile(rules, []byte(foundRules), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("rules", link); err != nil {
		t.Fatal(err)
	}
	first := func(socket, file string) *record {
		return &record{
			Processes: []processRecord{{Socket: filepath.Join(dir, socket), ByFile: true}},
			File:      &fileRecord{Name: file, Found: []byte(foundRules)},
		}
	}
	journal := func(name string) string { return filepath.Join(dir, name) }
	running, err := begin(journal("1"), first("a", rules))
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name string, r *record, want string) {
		t.Helper()
		if j, err := begin(journal(name), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %s", name, j, err, want)
		}
		if _, err := os.Stat(journal(name)); err == nil && name != "1" {
			t.Errorf("%s: there is a journal", name)
		}
	}
	refused("2", first("a", filepath.Join(dir, "other")), filepath.Join(dir, "a")+": another search is running there; wait for it")
	refused("2", first("b", link), rules+": another search is running there; wait for it")
	other, err := begin(journal("3"), &record{Processes: []processRecord{{Socket: filepath.Join(dir, "b")}}})
	if err != nil {
		t.Fatalf("a search of another process: %v", err)
	}
	// The first one is killed, and the other one ends.
	running.file.Close()
	keep(running.claims)
	if _, err := other.restore(false); err != nil {
		t.Error(err)
	}
	for range 2 {
		refused("1", first("a", rules), "a search was interrupted, and what it switched off may still be off; run mergectl bisect --restore --journal="+journal("1"))
		refused("2", first("a", rules), "a search was interrupted, and what it switched off may still be off; run mergectl bisect --restore --journal="+journal("1"))
	}
	if _, err := Restore(journal("1"), false); err != nil {
		t.Error(err)
	}
	last, err := begin(journal("2"), first("a", rules))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := last.restore(false); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "state", "mergectl", "bisect.claims")); err != nil || len(left) != 0 {
		t.Errorf("claims that are left: %v, %v", left, err)
	}
}

// TestClaimKind refuses what is not a file.
func TestClaimKind(t *testing.T) {
	dir := t.TempDir()
	if _, err := claimOne(dir, "journal", "shop"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(os.DevNull, files[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := claimOne(dir, "journal", "shop"); err == nil || err.Error() != files[0]+": not a regular file; remove it" {
		t.Errorf("got %v", err)
	}
}
