package report

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Simulation is a command that has mergectl play something with chance in it, and prints
// a table of how that ended.
type Simulation struct {
	// Section is the part of Document, below docs, that the table is written to.
	Section  Section
	Document string
	// Plays is how many plays of each kind there are by default.
	Plays int
	// Table makes the table, and the text before it.
	Table func(mergectl string, plays int) (Table, string, error)
}

// Main runs the command, and ends the program if that fails.
func (s Simulation) Main() {
	if err := s.command(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", s.Section, err)
		os.Exit(1)
	}
}

func (s Simulation) command() error {
	mergectl := flag.String("mergectl", "", "path of mergectl's `binary`")
	plays := flag.Int("plays", s.Plays, "`number` of plays of each kind")
	write := flag.Bool("write", false, "write the table to docs/"+s.Document)
	flag.Parse()
	path, err := filepath.Abs(*mergectl)
	if err != nil {
		return err
	}
	t, before, err := s.Table(path, *plays)
	if err != nil {
		return err
	}
	if err := t.WriteText(os.Stdout); err != nil || !*write {
		return err
	}
	workspace := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if workspace == "" {
		return errors.New("--write is for bazel run, which says where the source tree is")
	}
	return s.Section.Write(filepath.Join(workspace, "docs", s.Document), before+"\n\n"+t.Markdown())
}

// ReadJSON runs mergectl, and decodes what it prints.
func ReadJSON(to any, mergectl string, args ...string) error {
	cmd := exec.Command(mergectl, args...)
	cmd.Stderr = os.Stderr
	data, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("mergectl %s: %w", strings.Join(args, " "), err)
	}
	return json.Unmarshal(data, to)
}

// Thousands writes a number with commas.
func Thousands(n int) string {
	digits := fmt.Sprint(n)
	var text strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			text.WriteByte(',')
		}
		text.WriteRune(digit)
	}
	return text.String()
}
