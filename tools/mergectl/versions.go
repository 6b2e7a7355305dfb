package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/running"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// versionsFormat is the version of the format of what versions writes as JSON.
const versionsFormat = 1

// versionsCommand returns "versions", which shows who embeds which service at which
// version.
func versionsCommand() *cobra.Command {
	var in versionsInputs
	var binary, service, format string
	var standalone []string
	cmd := &cobra.Command{
		Use:   "versions [SERVICE]",
		Short: "Show which merged binaries embed which services, at which version",
		Long: `Versions prints, for every service in every merged binary, what the sources have,
what was built and what runs, how far that is behind the sources, and where
merged binaries disagree.

It reads manifests: the output group "versions" of the merged binaries, in
bazel-bin or wherever releases keep them. What runs, processes say themselves.`,
		Example: `  bazel build //... --output_groups=versions
  mergectl versions                                   # every service in every merged binary
  mergectl versions stock                             # who embeds stock, at which version?
  mergectl versions --binary=shop                     # what is inside, how far behind?
  mergectl versions --manifests=releases --running=/run/shop.sock
  mergectl versions stock --standalone=stock=v1.4.0   # against the one deployed alone`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				service = args[0]
			}
			if format != "table" && format != "json" {
				return fmt.Errorf("--format=%s: want table or json", format)
			}
			report, err := newVersionsReport(&in, standalone)
			if err != nil {
				return err
			}
			if err := report.keep(service, binary); err != nil {
				return err
			}
			if format == "json" {
				return report.writeJSON(cmd.OutOrStdout())
			}
			return report.writeTable(cmd.OutOrStdout())
		},
	}
	in.addFlags(cmd)
	cmd.Flags().StringVar(&binary, "binary", "", "name or label of the merged binary to show")
	cmd.Flags().StringVar(&service, "service", "", "name of the service to show, in place of the argument")
	cmd.Flags().StringArrayVar(&standalone, "standalone", nil, "`SERVICE=COMMIT` of a service that is also deployed alone")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.AddCommand(versionsAffectedCommand(), versionsCheckCommand(), versionsBumpCommand())
	return cmd
}

// versionsInputs are what versions are read from.
type versionsInputs struct {
	manifests, running []string
	repository         string
	head, at, now      string
}

func (in *versionsInputs) addFlags(cmd *cobra.Command) {
	in.addManifests(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&in.running, "running", nil, "`process`: a merged binary, its admin socket, a .json file as mergectl services --format=json prints it, or a folder of such files")
	f.StringVar(&in.head, "head", "HEAD", "`commit` of the sources")
	f.StringVar(&in.at, "at", "", "`commit` that manifests without a revision were built from")
	f.StringVar(&in.now, "now", "", "`date` to count days to, as 2026-12-31 (default: today)")
}

func (in *versionsInputs) addManifests(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&in.manifests, "manifests", "m", nil, "manifest, or `folder` with manifests (default: bazel-bin)")
	f.StringVar(&in.repository, "repository", ".", "`folder` of the workspace with the sources")
}

// index reads the manifests and what runs.
func (in *versionsInputs) index() (*fleet.Index, error) {
	names := in.manifests
	if names == nil {
		names = []string{filepath.Join(in.repository, "bazel-bin")}
		if _, err := os.Stat(names[0]); err != nil {
			return nil, cannotRun{fmt.Errorf("there is no %s; run bazel build //... --output_groups=versions in the workspace, or name folders by --manifests", names[0])}
		}
	}
	binaries, err := fleet.ReadManifests(names)
	if err != nil {
		return nil, cannotRun{err}
	}
	if len(binaries) == 0 {
		return nil, cannotRun{fmt.Errorf("%s has no *.versions.json or *.manifest.json; run bazel build //... --output_groups=versions", strings.Join(names, ", "))}
	}
	x, err := fleet.New(binaries)
	if err != nil {
		return nil, cannotRun{err}
	}
	from, err := reportsOf(in.running)
	if err != nil {
		return nil, cannotRun{err}
	}
	reports, err := fleet.ReadReports(from)
	if err != nil {
		return nil, cannotRun{err}
	}
	if err := x.AddRunning(reports); err != nil {
		return nil, cannotRun{err}
	}
	return x, nil
}

// reportsOf returns the names with the admin sockets of merged binaries in their
// place: of files other than reports.
func reportsOf(names []string) ([]string, error) {
	names = slices.Clone(names)
	for i, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || filepath.Ext(name) == ".json" {
			continue
		}
		if names[i], err = running.Socket(name); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// day returns the date of --now, or today.
func (in *versionsInputs) day() (time.Time, error) {
	if in.now == "" {
		return time.Now().UTC(), nil
	}
	day, err := time.Parse(time.DateOnly, in.now)
	if err != nil {
		return day, fmt.Errorf("--now=%s: want a date such as 2026-12-31", in.now)
	}
	return day, nil
}

// sources returns what to compare with. Without a Git repository there are no
// commits to count.
func (in *versionsInputs) sources() (matrix.Sources, *history.Repository, error) {
	from := matrix.Sources{Tree: source.NewTree(in.repository)}
	var err error
	if from.Now, err = in.day(); err != nil {
		return from, nil, err
	}
	repo, err := history.Open(in.repository)
	if err != nil {
		if in.at != "" {
			return from, nil, cannotRun{err}
		}
		from.NoMeter = err
		return from, nil, nil
	}
	if from.Meter, err = lag.New(repo, in.head); err != nil {
		return from, nil, cannotRun{err}
	}
	if in.at != "" {
		if from.Revision, err = repo.Resolve(in.at); err != nil {
			return from, nil, cannotRun{err}
		}
	}
	return from, repo, nil
}

// versionsReport is what versions writes.
type versionsReport struct {
	Format int `json:"format"`
	// Head is the commit of the sources.
	Head     string         `json:"head,omitempty"`
	Binaries int            `json:"binaries"`
	Services int            `json:"services"`
	Rows     []matrix.Row   `json:"rows"`
	Skew     []skew.Finding `json:"skew"`

	index *fleet.Index
}

func newVersionsReport(in *versionsInputs, standalone []string) (*versionsReport, error) {
	x, err := in.index()
	if err != nil {
		return nil, err
	}
	return in.reportOf(x, standalone)
}

// reportOf returns the report of merged binaries, against the sources and the services
// that are deployed alone.
func (in *versionsInputs) reportOf(x *fleet.Index, standalone []string) (*versionsReport, error) {
	from, repo, err := in.sources()
	if err != nil {
		return nil, err
	}
	r := &versionsReport{Format: versionsFormat, index: x, Skew: []skew.Finding{}}
	if r.Rows, err = matrix.Rows(x, from); err != nil {
		return nil, err
	}
	r.Skew = append(r.Skew, skew.Find(x)...)
	if from.Meter != nil {
		r.Head = from.Meter.Head
	}
	alone, err := deployedAlone(x, standalone)
	if err != nil {
		return nil, err
	}
	if repo == nil {
		if standalone != nil {
			return nil, cannotRun{errors.New("--standalone needs a Git repository")}
		}
		return r, nil
	}
	meters := make(map[string]*lag.Meter)
	found, err := matrix.AgainstStandalone(x, alone, repo, func(commit string) (*lag.Meter, error) {
		if meters[commit] == nil {
			m, err := lag.New(repo, commit)
			if err != nil {
				return nil, err
			}
			meters[commit] = m
		}
		return meters[commit], nil
	})
	if err != nil {
		return nil, cannotRun{err}
	}
	r.Skew = append(r.Skew, found...)
	return r, nil
}

// deployedAlone returns the services that are deployed alone, as the flags have them,
// or else the only merged binary without another service.
func deployedAlone(x *fleet.Index, flags []string) (map[string]matrix.Alone, error) {
	alone := make(map[string]matrix.Alone)
	for _, text := range flags {
		name, revision, ok := strings.Cut(text, "=")
		if !ok || name == "" || revision == "" {
			return nil, fmt.Errorf("--standalone=%s: want SERVICE=COMMIT", text)
		}
		alone[name] = matrix.Alone{Revision: revision, Asked: true}
	}
	several := make(map[string]bool)
	for _, b := range x.Binaries {
		if len(b.Embedded) != 1 || b.Embedded[0].Built.Revision == "" {
			continue
		}
		name, revision := b.Embedded[0].Service.Name, b.Embedded[0].Built.Revision
		known, ok := alone[name]
		if ok && !known.Asked && known.Revision != revision {
			several[name] = true
		}
		if !ok {
			alone[name] = matrix.Alone{Revision: revision}
		}
	}
	for name := range several {
		delete(alone, name)
	}
	return alone, nil
}

// keep leaves a service, a merged binary or both, "" for all.
func (r *versionsReport) keep(service, binary string) error {
	label := ""
	if binary != "" {
		b, err := r.index.Binary(binary)
		if err != nil {
			return err
		}
		label = b.Label
	}
	if service != "" && len(r.index.Service(service)) == 0 {
		return fmt.Errorf("no manifest has a service %s; mergectl versions without a name lists all", service)
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(row matrix.Row) bool {
		return service != "" && row.Service != service || label != "" && row.Binary != label
	})
	r.Skew = slices.DeleteFunc(r.Skew, func(f skew.Finding) bool {
		return service != "" && f.Service != service || label != "" && !slices.Contains(f.Binaries, label)
	})
	r.count()
	return nil
}

// count counts what the rows have.
func (r *versionsReport) count() {
	services, binaries := make(map[[2]string]bool), make(map[string]bool)
	for _, row := range r.Rows {
		services[[2]string{row.Service, row.Target}] = true
		binaries[row.Binary] = true
	}
	r.Services, r.Binaries = len(services), len(binaries)
}

func (r *versionsReport) writeJSON(w io.Writer) error {
	if r.Rows == nil {
		r.Rows = []matrix.Row{}
	}
	return writeIndented(w, r)
}

// writeTable writes one line for each row, then what is not known, then the skew.
func (r *versionsReport) writeTable(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVICE\tBINARY\tSOURCE\tBUILT\tRUNNING\tBEHIND")
	unknown := make(map[string]bool)
	var reasons []string
	for _, row := range r.Rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", row.Service, row.Binary, skew.Identity(row.Source), skew.Identity(row.Built), runningText(row.Running), behindText(row))
		if row.Unknown != "" && !unknown[row.Unknown] {
			unknown[row.Unknown] = true
			reasons = append(reasons, row.Unknown)
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s in %s", count(r.Services, "service"), count(r.Binaries, "merged binary"))
	if r.Head != "" {
		fmt.Fprintf(w, "; the sources are at %s", skew.Short(r.Head))
	}
	fmt.Fprintln(w)
	const most = 3
	for _, reason := range reasons[:min(most, len(reasons))] {
		fmt.Fprintf(w, "? %s\n", reason)
	}
	if more := len(reasons) - most; more > 0 {
		fmt.Fprintf(w, "? %s, which --format=json has\n", count(more, "other reason"))
	}
	if len(r.Skew) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nSkew:")
	tw = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.Skew {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", f.Service, f.Kind, f.Text)
	}
	return tw.Flush()
}

// runningText writes what most processes run, and how many run something else.
func runningText(running []matrix.Running) string {
	if len(running) == 0 {
		return "-"
	}
	text := skew.Identity(running[0].Identity)
	others := 0
	for _, r := range running[1:] {
		others += len(r.Reports)
	}
	if n := len(running[0].Reports); n+others > 1 {
		text = fmt.Sprintf("%d× %s", n, text)
	}
	if others > 0 {
		text += fmt.Sprintf(", %d× other", others)
	}
	return text
}

func behindText(row matrix.Row) string {
	if row.Behind == nil {
		return "?"
	}
	text := "0"
	if row.Behind.Commits > 0 {
		text = fmt.Sprintf("%s, %s", matrix.Commits(row.Behind.Commits), count(row.Behind.Days, "day"))
	}
	if row.Behind.Extra > 0 {
		text += fmt.Sprintf(", %d more", row.Behind.Extra)
	}
	return text
}
