// Package show writes plans for people: as a table and as a page.
package show

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
)

// some is how many groups, rejected links and warnings are shown, unless all are.
const some = 20

// Table writes the groups, those that save most first, and what was rejected,
// ignored and doubtful.
func Table(out io.Writer, p *choose.Plan, all bool) error {
	limit := some
	if all {
		limit = max(len(p.Groups), len(p.Rejected), len(p.Ignored), len(p.Warnings))
	}
	fmt.Fprintf(out, "%s, %s: merging %s saves %s cores, %s. In the table, - is saved and + is paid.\n",
		count(p.Services, "service"), count(p.Links, "link"), count(len(p.Groups), "group"), number(p.Cores), Proof(p))
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(p.Groups) > 0 {
		fmt.Fprintln(tw, "\n#\tGROUP\tCORES\tOF CALLS\tINLINE/S\tLATENCY\tMEMORY\tREPLICA\tRESTARTS/WEEK\tWHY")
	}
	for i, g := range p.Groups[:min(limit, len(p.Groups))] {
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i+1, Names(g), signed(-g.Cores), signed(-g.CallCores), number(g.Inline),
			fmt.Sprintf("-%.0f µs", g.Latency), Bytes(g.Memory, true), Bytes(g.ReplicaMemory, false), signed(g.Restarts), Why(g))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	more(out, len(p.Groups), limit, "groups")
	rejected(out, p, limit)
	for i, w := range p.Warnings {
		if i == limit {
			break
		}
		fmt.Fprintf(out, "%s%s\n", lead(i, "\nWarnings:\n"), "  "+w)
	}
	more(out, len(p.Warnings), limit, "warnings")
	for i, ignored := range p.Ignored {
		if i == limit {
			break
		}
		fmt.Fprintf(out, "%s  %s\n", lead(i, "\nRead and not used:\n"), ignored)
	}
	more(out, len(p.Ignored), limit, "kinds of things that were not used")
	var unknown []string
	for _, g := range p.Groups {
		unknown = append(unknown, g.Unknown...)
	}
	if len(unknown) > 0 {
		fmt.Fprintf(out, "\nNot known, so that it counts as nothing: %s%s\n", strings.Join(unknown[:min(limit, len(unknown))], ", "), andMore(len(unknown)-limit))
	}
	return nil
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func lead(i int, text string) string {
	if i == 0 {
		return text
	}
	return ""
}

func more(out io.Writer, n, limit int, what string) {
	if n > limit {
		fmt.Fprintf(out, "  and %d more %s, which --all lists\n", n-limit, what)
	}
}

func andMore(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// rejected writes how many links each rule rejected, and the first of them.
func rejected(out io.Writer, p *choose.Plan, limit int) {
	if len(p.Rejected) == 0 {
		return
	}
	type row struct {
		rule  string
		links int
		cores float64
	}
	var rows []row
	for _, rule := range choose.Rules {
		r := row{rule: rule}
		for _, one := range p.Rejected {
			if one.Rule == rule {
				r.links++
				r.cores += one.Cores
			}
		}
		if r.links > 0 {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.cores, a.cores) })
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\nRULE\tREJECTED LINKS\tCORES OF THEIR CALLS")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%d\t%s\n", r.rule, r.links, number(r.cores))
	}
	// Writing fails where the caller's next write does.
	_ = tw.Flush()
	tw = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\nREJECTED\tCALLS/S\tCORES\tRULE\tWHY")
	for _, r := range p.Rejected[:min(limit, len(p.Rejected))] {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", r.Link, number(r.Calls), number(r.Cores), r.Rule, r.Why)
	}
	_ = tw.Flush()
	more(out, len(p.Rejected), limit, "links")
}

// Proof says how good the choice is.
func Proof(p *choose.Plan) string {
	switch {
	case p.Gap == 0:
		return "the proven optimum"
	case p.Cores == 0:
		return fmt.Sprintf("and no choice saves more than %s", number(p.Bound))
	}
	return fmt.Sprintf("and no choice saves more than %s: the gap is at most %.2g %%", number(p.Bound), 100*p.Gap)
}

// Names writes the services of a group as the calls by which they join.
func Names(g choose.Group) string {
	children := make(map[string][]string)
	for _, m := range g.Members {
		if m.Caller != "" {
			children[m.Caller] = append(children[m.Caller], m.Service)
		}
	}
	var text func(name string) string
	text = func(name string) string {
		var list []string
		for _, child := range children[name] {
			list = append(list, text(child))
		}
		switch len(list) {
		case 0:
			return name
		case 1:
			return name + "->" + list[0]
		}
		return name + "->(" + strings.Join(list, ", ") + ")"
	}
	return text(g.Host)
}

// Why says in a few words what a group saves most by.
func Why(g choose.Group) string {
	var best choose.Member
	for _, m := range g.Members {
		if m.Caller != "" && (best.Service == "" || m.Cores > best.Cores) {
			best = m
		}
	}
	kept := ""
	if best.Share < 1 {
		kept = ", the rest is for other callers"
	}
	return fmt.Sprintf("%.3g %% of %s's work is for the group%s", 100*best.Share, best.Service, kept)
}

// number writes a number to three digits, without an exponent if that is not long.
func number(n float64) string {
	switch {
	case n == 0:
		return "0"
	case n >= 1000 || n <= -1000:
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.3g", n)
}

func signed(n float64) string {
	if n > 0 {
		return "+" + number(n)
	}
	return number(n)
}

// Bytes writes a number of bytes in the largest unit in which it is 1 or more, with
// a sign if it is a difference.
func Bytes(n float64, difference bool) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	} else if difference && n > 0 {
		sign = "+"
	}
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if n < 1024 {
			return fmt.Sprintf("%s%.3g %s", sign, n, unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%s%.4g TiB", sign, n)
}
