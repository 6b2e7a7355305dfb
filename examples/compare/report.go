package compare

import (
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Result is what was measured of one deployment.
type Result struct {
	Processes int
	Versions  map[string]string // of the framework, by service
	Answers   []Answer
	Bytes     int64 // between services, for the answers
	Load      Load
	CPU       time.Duration  // of the load
	Links     []reports.Link // in the load
}

// Report compares two deployments.
type Report struct {
	Example               *Example
	Requests, Concurrency int
	Separate, Merged      Result
	Differences           []Difference
}

// Failure returns an error if the merged binary does not do what the separate
// processes do.
func (r *Report) Failure() error {
	if n := len(r.Differences); n > 0 {
		return fmt.Errorf("%d of %d answers differ", n, len(r.Separate.Answers))
	}
	var called, inline bool
	for _, l := range r.Merged.Links {
		called = true
		inline = inline || l.Inline > 0
	}
	if !called || !inline {
		return errors.New("no call was inline")
	}
	return nil
}

// row is a line of the main table.
type row struct{ What, Separate, Merged string }

func (r *Report) Rows() []row {
	s, m := &r.Separate, &r.Merged
	answers := len(s.Answers)
	equal := fmt.Sprintf("%d of %d equal", answers-len(r.Differences), answers)
	return []row{
		{"processes", fmt.Sprint(s.Processes), fmt.Sprint(m.Processes)},
		{r.Example.Framework + " versions in one process", "1", m.versions()},
		{"answers", fmt.Sprint(answers), equal},
		{"bytes between services for these", fmt.Sprint(s.Bytes), fmt.Sprint(m.Bytes)},
		{"latency, median", s.Load.percentile(50).String(), m.Load.percentile(50).String()},
		{"latency, 99th percentile", s.Load.percentile(99).String(), m.Load.percentile(99).String()},
		{"CPU time per request", s.cpuPerRequest(), m.cpuPerRequest()},
		{"requests per second", s.perSecond(), m.perSecond()},
	}
}

// versions lists the distinct versions.
func (r *Result) versions() string {
	vs := slices.Compact(slices.Sorted(maps.Values(r.Versions)))
	return fmt.Sprintf("%d: %s", len(vs), strings.Join(vs, ", "))
}

func (r *Result) cpuPerRequest() string {
	return (r.CPU / time.Duration(max(r.Load.Requests, 1))).Round(time.Microsecond).String()
}

func (r *Result) perSecond() string {
	return fmt.Sprintf("%.0f", float64(r.Load.Requests)/r.Load.Elapsed.Seconds())
}

// Load says how times were measured.
func (r *Report) Load() string {
	return fmt.Sprintf("Times are for %d requests, %d at a time.", r.Requests, r.Concurrency)
}

// writeText writes the report for a terminal.
func (r *Report) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "\tSEPARATE\tMERGED")
	for _, row := range r.Rows() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", row.What, row.Separate, row.Merged)
	}
	fmt.Fprintf(t, "\nMETHOD\tCALLS\tINLINE\n")
	for _, l := range r.Merged.Links {
		fmt.Fprintf(t, "%s\t%d\t%d\n", l.Name(), calls(l), l.Inline)
	}
	fmt.Fprintf(t, "\n%s\n", r.Load())
	for _, d := range r.Differences {
		fmt.Fprintf(t, "\nDIFFERENT: %s at %s\n  separate: %s\n  merged:   %s\n", d.Call, d.Where, d.Separate, d.Merged)
	}
	return t.Flush()
}

//go:embed report.html.tmpl
var reportHTML string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"calls": calls}).Parse(reportHTML))

// writeHTML writes the report as a page.
func (r *Report) writeHTML(w io.Writer) error {
	return reportTemplate.Execute(w, r)
}

func (r *Report) writeHTMLFile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(r.writeHTML(f), f.Close())
}
