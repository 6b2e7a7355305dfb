// Package compare puts what a plan predicted beside what was measured.
package compare

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/strictyaml"
)

// Measured is what was measured of merged groups.
type Measured struct {
	Groups []MeasuredGroup `yaml:"groups"`
}

// MeasuredGroup is the CPU use of a group's services, in cores, separate and merged,
// under the same load.
type MeasuredGroup struct {
	Host   string  `yaml:"host"`
	Before float64 `yaml:"cores_before"`
	After  float64 `yaml:"cores_after"`
	// Inline is how many calls per second were inline, 0 if it is not known.
	Inline float64 `yaml:"inline_calls_per_second"`
}

// Row is a number that was predicted and measured.
type Row struct {
	What      string  `json:"what"`
	Unit      string  `json:"unit"`
	Predicted float64 `json:"predicted"`
	Measured  float64 `json:"measured"`
	// Error is the difference as a part of what was measured.
	Error float64 `json:"error"`
}

func row(what, unit string, predicted, measured float64) Row {
	r := Row{what, unit, predicted, measured, math.Abs(predicted - measured)}
	if measured != 0 {
		r.Error /= math.Abs(measured)
	} else if predicted == 0 {
		r.Error = 0
	} else {
		r.Error = 1
	}
	return r
}

// ParsePlan reads a plan from its JSON.
func ParsePlan(name string, data []byte) (*choose.Plan, error) {
	var p choose.Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if p.Version != choose.Version {
		return nil, fmt.Errorf("%s: version %d of the plan's format, and not %d; make it again with mergectl plan --format=json", name, p.Version, choose.Version)
	}
	return &p, nil
}

// ParseMeasured reads what was measured.
func ParseMeasured(name string, data []byte) (*Measured, error) {
	m := &Measured{}
	if _, err := strictyaml.Parse(name, data, m, strictyaml.Options{}); err != nil {
		return nil, err
	}
	if len(m.Groups) == 0 {
		return nil, fmt.Errorf("%s: has no groups", name)
	}
	for i, g := range m.Groups {
		if g.Host == "" || !finite(g.Before) || g.Before == 0 || !finite(g.After) || !finite(g.Inline) {
			return nil, fmt.Errorf("%s: groups[%d] has to have a host, cores_before and cores_after, as numbers that are not negative", name, i)
		}
	}
	return m, nil
}

func finite(n float64) bool { return n >= 0 && !math.IsInf(n, 1) }

// Groups compares the cores that groups save.
func Groups(p *choose.Plan, m *Measured) ([]Row, error) {
	var rows []Row
	for _, g := range m.Groups {
		i := slices.IndexFunc(p.Groups, func(of choose.Group) bool { return of.Host == g.Host })
		if i < 0 {
			return nil, fmt.Errorf("the plan has no group with the host %s", g.Host)
		}
		// Memory and restarts are paid elsewhere than in CPU time of the services.
		rows = append(rows, row(g.Host+": CPU saved by calls", "cores", p.Groups[i].CallCores, g.Before-g.After))
		if g.Inline > 0 {
			rows = append(rows, row(g.Host+": inline calls", "calls/s", p.Groups[i].Inline, g.Inline))
		}
	}
	return rows, nil
}

// ParseLinks reads what mergectl links --format=json prints of a running process.
func ParseLinks(name string, data []byte) (*reports.Links, error) {
	var r reports.Links
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(r.Links) == 0 {
		return nil, fmt.Errorf("%s: has no links", name)
	}
	return &r, nil
}

// Links compares how the inline calls of a process are spread over the links of its
// group: counters say how many there were, not in which time.
func Links(p *choose.Plan, r *reports.Links) ([]Row, error) {
	measured := make(map[string]float64)
	total := 0.0
	for _, l := range r.Links {
		measured[l.Caller+"->"+l.Callee] += float64(l.Inline)
		total += float64(l.Inline)
	}
	if total == 0 {
		return nil, errors.New("no call of the process was inline")
	}
	predicted := make(map[string]float64)
	for _, g := range p.Groups {
		for _, m := range g.Members {
			for _, l := range m.Links {
				if _, ok := measured[l.Link]; ok {
					predicted[l.Link] += l.Inline
				}
			}
		}
	}
	sum := 0.0
	for _, n := range predicted {
		sum += n
	}
	if sum == 0 {
		return nil, errors.New("the plan has none of the links of the process in a group")
	}
	var rows []Row
	for link, n := range measured {
		rows = append(rows, row(link+": share of inline calls", "%", 100*predicted[link]/sum, 100*n/total))
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.What, b.What) })
	return rows, nil
}
