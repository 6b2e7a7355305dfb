package rollout

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// mostLines is how many lines of a kind a report shows.
const mostLines = 10

// Write writes a report as text.
func (r *Report) Write(w io.Writer) error {
	var text strings.Builder
	switch r.Status {
	case Done:
		fmt.Fprintf(&text, "Done: %s\n", describe(r.Rules))
	case RolledBack:
		fmt.Fprintf(&text, "Rolled back: %s\n", strings.Join(r.Why, "; "))
	case Undecided:
		fmt.Fprintf(&text, "Nothing could be decided at %s: %s\n", r.Time.Format(time.TimeOnly), strings.Join(r.Why, "; "))
		if r.Rules != nil && !r.Rules.Expires.IsZero() {
			fmt.Fprintf(&text, "The rules end at %s unless a later pass can decide.\n", r.Rules.Expires.Format(time.TimeOnly))
		}
	default:
		fmt.Fprintf(&text, "Step %d of %d, for %s: %s\n", r.Step, r.Steps, max(0, r.Time.Sub(r.StepBegan)).Round(time.Second), describe(r.Rules))
	}
	if r.Undecided != "" {
		fmt.Fprintf(&text, "The last pass could decide nothing: %s\n", r.Undecided)
	}
	if r.Total > 0 {
		fmt.Fprintf(&text, "%d processes, %d read, %d obey generation %d\n", r.Total, r.Read, r.Obey, r.Rules.Generation)
	}
	if len(r.Findings) > 0 {
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "\nMETHOD\tGUARD\tVERDICT\tWHY")
		idle := make(map[string]bool)
		for _, f := range r.Findings {
			if f.Idle() {
				idle[f.Method] = true
				continue
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Method, f.Guard, f.Word(), f.Text)
		}
		// Writing to memory does not fail.
		_ = table.Flush()
		if len(idle) > 0 {
			fmt.Fprintf(&text, "No calls yet: %s\n", strings.Join(sortedKeys(idle), ", "))
		}
	}
	waits := r.Why
	if r.Status != Holding {
		waits = nil
	}
	for _, part := range []struct {
		head  string
		lines []string
	}{{"Waits for", waits}, {"Not counted", r.Doubts}, {"Warnings", r.Warnings}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n%s:\n", part.head)
		for i, line := range part.lines {
			if i == mostLines {
				fmt.Fprintf(&text, "  and %d more\n", len(part.lines)-i)
				break
			}
			fmt.Fprintf(&text, "  %s\n", line)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// Line returns a report as one line, for logs.
func (r *Report) Line() string {
	if r.Status == Undecided {
		return r.Time.Format(time.RFC3339) + " undecided: " + strings.Join(strings.Fields(strings.Join(r.Why, "; ")), " ")
	}
	text := fmt.Sprintf("%s %s: step %d of %d, generation %d, %d of %d processes obey", r.Time.Format(time.RFC3339), r.Status, r.Step, r.Steps, r.Rules.Generation, r.Obey, r.Total)
	if len(r.Why) > 0 {
		text += "; " + r.Why[0]
	}
	if more := len(r.Why) - 1; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	if len(r.Doubts) > 0 {
		text += "; not counted: " + r.Doubts[0]
	}
	if more := len(r.Doubts) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// ExitCode returns the exit code of mergectl rollout: 0 if the rollout is done, 1 if it was
// rolled back, 2 if nothing could be decided, and 3 if it holds.
func (r *Report) ExitCode() int {
	switch r.Status {
	case Done:
		return 0
	case RolledBack:
		return 1
	case Undecided:
		return 2
	}
	return 3
}

// ConfigMap writes the rules file as a ConfigMap of Kubernetes. The name may have a
// namespace, as NAMESPACE/NAME. The key is the name of the file in it.
func (c *Controller) ConfigMap(w io.Writer, name, key string) error {
	data, err := regular.ReadFile(c.Settings.Path(c.Settings.RulesFile))
	if err != nil {
		return err
	}
	metadata := map[string]string{"name": name}
	if namespace, rest, ok := strings.Cut(name, "/"); ok {
		metadata = map[string]string{"namespace": namespace, "name": rest}
	}
	text, err := yaml.Marshal(struct {
		APIVersion string            `yaml:"apiVersion"`
		Kind       string            `yaml:"kind"`
		Metadata   map[string]string `yaml:"metadata"`
		Data       map[string]string `yaml:"data"`
	}{"v1", "ConfigMap", metadata, map[string]string{key: string(data)}})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "---\n%s", text)
	return err
}
