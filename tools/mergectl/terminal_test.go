package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/check"
)

func TestColor(t *testing.T) {
	if got, want := colorDiff("+a\n", true)+colorDiff("-b\n", true)+colorDiff(" c\n", true)+colorDiff("+d\n", false),
		"\x1b[32m+a\x1b[0m\n\x1b[31m-b\x1b[0m\n c\n+d\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := colorSeverity(check.Error, true)+colorSeverity(check.Note, false), "\x1b[31merror\x1b[0mnote"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHasColor(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal: ", err)
	}
	defer terminal.Close()
	tests := []struct {
		name          string
		out           *os.File
		noColor, term string
		want          bool
	}{
		{"terminal", terminal, "", "xterm", true},
		{"NO_COLOR", terminal, "1", "xterm", false},
		{"dumb terminal", terminal, "", "dumb", false},
		{"file", file, "", "xterm", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.term)
			if got := hasColor(test.out); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestHelp holds every command to what --help is to have.
func TestHelp(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.RunE != nil && (cmd.Example == "" || cmd.Long == "") {
			t.Errorf("%s: no short and long help or no example", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(command())
}
