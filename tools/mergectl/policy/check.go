package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
)

// Rule is what a finding is of.
type Rule string

const (
	// Version is for a service that has another version than the default or the
	// one of its exception.
	Version Rule = "version"
	// Commits and Days are for a service that is too far behind.
	Commits Rule = "commits-behind"
	Days    Rule = "days-behind"
	// Unknown is for a service of which that is not known.
	Unknown Rule = "unknown"
	// Expired is for an exception that has ended.
	Expired Rule = "expired"
	// Unused is for an exception, or a service, that no manifest has.
	Unused Rule = "unused"
)

// Finding is one offence.
type Finding struct {
	Rule    Rule   `json:"rule"`
	Service string `json:"service"`
	Binary  string `json:"binary,omitempty"`
	// Position is the file and the line to change.
	Position string `json:"position"`
	Message  string `json:"message"`
	// Fix is what to write or do.
	Fix string `json:"fix"`
}

// checker checks rows on a day.
type checker struct {
	*Policy
	index *fleet.Index
	today time.Time
	found []Finding
}

// Check returns what offends on a day, sorted by position.
func (p *Policy) Check(x *fleet.Index, rows []matrix.Row, today time.Time) []Finding {
	c := &checker{Policy: p, index: x, today: today.Truncate(24 * time.Hour)}
	for i := range p.Exceptions {
		c.exception(&p.Exceptions[i])
	}
	for name := range p.Services {
		if len(x.Service(name)) == 0 {
			c.report(Finding{Rule: Unused, Service: name, Position: p.at("services." + name), Message: fmt.Sprintf("no manifest has a service %s", name), Fix: "correct the name, or remove it"})
		}
	}
	for _, row := range rows {
		c.row(row)
	}
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Binary, b.Binary), cmp.Compare(a.Rule, b.Rule))
	})
	return c.found
}

func (c *checker) report(f Finding) { c.found = append(c.found, f) }

// exception checks whether an exception is of something, and holds.
func (c *checker) exception(e *Exception) {
	at := c.at(fmt.Sprintf("exceptions.%d", e.index))
	b, err := c.index.Binary(e.Binary)
	switch {
	case err != nil || b.Embeds(e.Service) == nil:
		c.report(Finding{Rule: Unused, Service: e.Service, Binary: e.Binary, Position: at, Message: fmt.Sprintf("no manifest has %s in %s", e.Service, e.Binary), Fix: "correct the names, or remove the exception"})
	case !e.holds(c.today):
		c.report(Finding{
			Rule: Expired, Service: e.Service, Binary: b.Label, Position: c.at(fmt.Sprintf("exceptions.%d.until", e.index)),
			Message: fmt.Sprintf("the exception for %s in %s ended on %s: %s", e.Service, b.Label, e.Until, e.Reason),
			Fix:     "remove the exception, or give it another day and say why",
		})
	}
}

func (e *Exception) holds(day time.Time) bool { return !day.After(e.until) }

// exceptionFor returns the exception that holds for a row, or nil.
func (c *checker) exceptionFor(row matrix.Row) *Exception {
	for i := range c.Exceptions {
		e := &c.Exceptions[i]
		if e.Service != row.Service || !e.holds(c.today) {
			continue
		}
		if b, err := c.index.Binary(e.Binary); err == nil && b.Label == row.Binary {
			return e
		}
	}
	return nil
}

func (c *checker) row(row matrix.Row) {
	want, wantAt := c.Services[row.Service].Version, "services."+row.Service+".version"
	e := c.exceptionFor(row)
	if e != nil {
		want, wantAt = e.Version, fmt.Sprintf("exceptions.%d.version", e.index)
	}
	if want != "" {
		c.version(row, "", row.Built.Version, want, wantAt)
		for _, r := range row.Running {
			if r.Version != row.Built.Version {
				c.version(row, "running ", r.Version, want, wantAt)
			}
		}
	}
	if e == nil {
		c.behind(row)
	}
}

// version compares a version with the one that is wanted.
func (c *checker) version(row matrix.Row, which, has, want, wantAt string) {
	if has == want {
		return
	}
	f := Finding{
		Rule: Version, Service: row.Service, Binary: row.Binary,
		Message: fmt.Sprintf("the %s%s in %s is %s, and %s asks for %s", which, row.Service, row.Binary, cmp.Or(has, "without a version"), c.at(wantAt), want),
	}
	switch declared := row.Declared; {
	case declared == nil:
		f.Position, f.Fix = c.at(wantAt), fmt.Sprintf("set version = %q where %s is made, and build %s again", want, cmp.Or(row.Label, row.Service), row.Binary)
	case row.Source.Version == want:
		f.Position, f.Fix = declared.AttrPosition("version"), fmt.Sprintf("the sources have it; build and release %s again", row.Binary)
	default:
		f.Position, f.Fix = declared.AttrPosition("version"), fmt.Sprintf("version = %q, or mergectl versions bump %s@%s", want, row.Service, want)
	}
	c.report(f)
}

// behind compares the lag of a row with its limit.
func (c *checker) behind(row matrix.Row) {
	limit, commitsAt, daysAt := c.limit(row.Service)
	if limit.Commits == nil && limit.Days == nil {
		return
	}
	fix := fmt.Sprintf("build and release %s from %s, or add an exception for %s in it", row.Binary, cmp.Or(skew.Short(row.Source.Revision), "the sources"), row.Service)
	if row.Elsewhere {
		// A version is all that can be asked for.
		if c.Services[row.Service].Version != "" {
			return
		}
		fix = fmt.Sprintf("give it a default version, under services.%s.version", row.Service)
	}
	if row.Behind == nil {
		c.report(Finding{
			Rule: Unknown, Service: row.Service, Binary: row.Binary, Position: c.at(commitsAt, daysAt),
			Message: fmt.Sprintf("how far %s in %s is behind is not known: %s", row.Service, row.Binary, row.Unknown), Fix: fix,
		})
		return
	}
	c.tooFar(row, "", *row.Behind, fix)
	for _, r := range row.Running {
		fix := fmt.Sprintf("roll out %s again, which %s runs", row.Binary, r.Reports[0])
		switch {
		case r.Behind != nil:
			c.tooFar(row, "running ", *r.Behind, fix)
		case r.Unknown != "":
			c.report(Finding{
				Rule: Unknown, Service: row.Service, Binary: row.Binary, Position: c.at(commitsAt, daysAt),
				Message: fmt.Sprintf("how far the running %s in %s is behind is not known: %s", row.Service, row.Binary, r.Unknown), Fix: fix,
			})
		}
	}
}

// tooFar reports where a service is further behind than its limits.
func (c *checker) tooFar(row matrix.Row, which string, behind matrix.Behind, fix string) {
	limit, commitsAt, daysAt := c.limit(row.Service)
	for _, part := range []struct {
		rule  Rule
		limit *int
		has   int
		unit  string
		at    string
	}{
		{Commits, limit.Commits, behind.Commits, "commits", commitsAt},
		{Days, limit.Days, behind.Days, "days", daysAt},
	} {
		if part.limit != nil && part.has > *part.limit {
			c.report(Finding{
				Rule: part.rule, Service: row.Service, Binary: row.Binary, Position: c.at(part.at),
				Message: fmt.Sprintf("%s%s in %s is %d %s behind, of %d that it may be", which, row.Service, row.Binary, part.has, part.unit, *part.limit), Fix: fix,
			})
		}
	}
}
