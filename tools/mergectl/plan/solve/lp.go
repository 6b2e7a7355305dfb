package solve

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// maxColumns is how many groups are listed at most.
const maxColumns = 500_000

// Columns lists all groups that may be, with their values: those of [Exact], if
// callers has the candidate callers, or of [Any]. It fails if there are too many.
// Groups that save nothing are left out, unless something is always together.
func Columns(p *Problem, callers []int32) ([]Group, error) {
	p.index()
	columns, ok := p.columns(callers, maxColumns)
	if !ok {
		return nil, fmt.Errorf("there are more than %d groups to list; make limits.services smaller, or take fewer services", maxColumns)
	}
	return columns, nil
}

// columns lists the groups, host by host, or returns false if there are more than most.
func (p *Problem) columns(callers []int32, most int) ([]Group, bool) {
	always := slices.ContainsFunc(p.Links, func(l Link) bool { return l.Always })
	var columns []Group
	seen := make(map[string]bool)
	tried := 0
	for host := range p.Services {
		open := [][]int{{host}}
		for len(open) > 0 {
			services := open[len(open)-1]
			open = open[:len(open)-1]
			if tried++; tried > 4*most || len(columns) > most {
				return nil, false
			}
			if len(services) > 1 {
				if g, ok := p.column(services, callers); ok && (always || g.Value > 0) {
					columns = append(columns, g)
				}
			}
			if len(services) == p.size() {
				continue
			}
			for _, v := range services {
				for _, i := range p.out[v] {
					l := &p.Links[i]
					if l.Barred || slices.Contains(services, l.Callee) || callers != nil && callers[l.Callee] != int32(v) {
						continue
					}
					more := append(slices.Clone(services), l.Callee)
					slices.Sort(more[1:])
					if key := fmt.Sprint(more); !seen[key] && p.mayGrow(more) {
						seen[key] = true
						open = append(open, more)
					}
				}
			}
		}
		clear(seen)
	}
	return columns, true
}

// mayGrow reports whether services can be part of a group.
func (p *Problem) mayGrow(services []int) bool {
	sorted := slices.Clone(services)
	slices.Sort(sorted)
	return p.Allowed(sorted)
}

// column returns the group of a host and others, or false if it may not be.
func (p *Problem) column(services []int, callers []int32) (Group, bool) {
	g := Group{Services: services}
	for _, v := range services[1:] {
		if p.Hosted(v, services[0]) != "" {
			return g, false
		}
	}
	if callers == nil {
		e := newEvaluation(p, services)
		g.Value = e.value(0)
		return g, g.Value > -1e300
	}
	for _, m := range p.lineMembers(g, callers) {
		g.Value += m.Value()
	}
	return g, true
}

// WriteLP writes the choice among groups as an integer program in the format of
// CPLEX, which solvers such as CBC and GLPK read: each service is in one group at
// most.
func WriteLP(out io.Writer, p *Problem, columns []Group) error {
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, "\\ Which groups of services to merge. x(i) is 1 if group i is chosen.")
	fmt.Fprintln(w, "Maximize\n saved:")
	for i, g := range columns {
		fmt.Fprintf(w, " %+.12g x%d\n", g.Value, i)
	}
	if len(columns) == 0 {
		fmt.Fprintln(w, " 0 none")
	}
	fmt.Fprintln(w, "Subject To")
	of := make([][]int, len(p.Services))
	for i, g := range columns {
		for _, v := range g.Services {
			of[v] = append(of[v], i)
		}
	}
	for v, list := range of {
		writeSum(w, fmt.Sprintf("s%d", v), list, "<= 1")
	}
	for i, l := range p.Links {
		if !l.Always {
			continue
		}
		both := slices.DeleteFunc(slices.Clone(of[l.Caller]), func(g int) bool { return !slices.Contains(columns[g].Services, l.Callee) })
		if len(both) == 0 {
			return fmt.Errorf("%s and %s are always together, and no group has both", p.Services[l.Caller].Name, p.Services[l.Callee].Name)
		}
		writeSum(w, fmt.Sprintf("a%d", i), both, "= 1")
	}
	if len(columns) == 0 {
		fmt.Fprintln(w, " c: none <= 0")
	}
	fmt.Fprintln(w, "Binaries")
	for i := range columns {
		fmt.Fprintf(w, " x%d\n", i)
	}
	fmt.Fprintln(w, "End")
	return w.Flush()
}

func writeSum(w io.Writer, name string, columns []int, relation string) {
	if len(columns) == 0 {
		return
	}
	fmt.Fprintf(w, " %s:", name)
	for i, c := range columns {
		if i > 0 {
			fmt.Fprint(w, "\n +")
		}
		fmt.Fprintf(w, " x%d", c)
	}
	fmt.Fprintf(w, " %s\n", relation)
}
