package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(file, []byte("item->stock/*/Notify off"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("item->stock/*/Notify never"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		env         []string
		get, notify string
	}{
		{"nothing set", nil, "on", "on"},
		{"environment", []string{"GO_MERGE_LINKS=item->stock off"}, "off by GO_MERGE_LINKS: item->stock off", "off by GO_MERGE_LINKS: item->stock off"},
		{"commas and newlines", []string{"GO_MERGE_LINKS=\n item->stock 10%, *->*/*/Notify off,\n"},
			"10% by GO_MERGE_LINKS, rule 1: item->stock 10%", "off by GO_MERGE_LINKS, rule 2: *->*/*/Notify off"},
		{"environment and file", []string{"GO_MERGE_LINKS=* 10%", "GO_MERGE_LINKS_FILE=" + file},
			"10% by GO_MERGE_LINKS: * 10%", "off by " + file + ":1: item->stock/*/Notify off"},
		{"a file that does not parse", []string{"GO_MERGE_LINKS_FILE=" + wrong},
			"off by " + wrong + ", which cannot be used: kill on", "off by " + wrong + ", which cannot be used: kill on"},
		{"a missing file", []string{"GO_MERGE_LINKS_FILE=" + file + ".not"}, "on", "on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(itemGets, itemNotifies)
			stop, err := s.Start(nil, env(tt.env...))
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			if got := s.state(itemGets); got != tt.get {
				t.Errorf("Get is %s, want %s", got, tt.get)
			}
			if got := s.state(itemNotifies); got != tt.notify {
				t.Errorf("Notify is %s, want %s", got, tt.notify)
			}
		})
	}
}

func TestStartRefuses(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		want string
	}{
		{"a rule that does not parse", []string{"GO_MERGE_LINKS=item->stock"},
			`GO_MERGE_LINKS: "item->stock" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`},
		{"an unknown link", []string{"GO_MERGE_LINKS=* on,item->mail on"},
			"GO_MERGE_LINKS, rule 2: item->mail: this binary has no such link; it has item->stock"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(itemGets, itemNotifies)
			if _, err := s.Start(nil, env(tt.env...)); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want\n%s", err, tt.want)
			}
		})
	}
}

// TestStartKeepsRelativePaths changes the working folder once the process has
// started.
func TestStartKeepsRelativePaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(itemGets)
		start, other := t.TempDir(), t.TempDir()
		t.Chdir(start)
		if err := os.WriteFile("rules", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		stop, err := s.Start(nil, env("GO_MERGE_LINKS_FILE=rules"))
		if err != nil {
			t.Fatal(err)
		}
		os.Chdir(other)
		rules := filepath.Join(start, "rules")
		if err := os.WriteFile(rules, []byte("kill on"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * rulesFilePoll)
		stop()
		if got, want := s.state(itemGets), "off by "+rules+":1: kill on"; got != want {
			t.Errorf("Get is %s, want %s", got, want)
		}
	})
}
