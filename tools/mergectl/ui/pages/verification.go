package pages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// verified is what was verified of a method over all processes.
type verified struct {
	Facts []fact
	// Differences are the calls that differed.
	Differences table.View
	Differ      bool
}

// mostDifferences is how many fields that differ a page shows.
const mostDifferences = 200

// verification returns what was verified of a method, nil if nothing was to be.
func verification(l *link) *verified {
	var sum reports.Verification
	var rows []row
	found := false
	for _, o := range l.of {
		v := o.Verification
		if v == nil {
			continue
		}
		if !found {
			sum.Share, sum.Rule, sum.Source = v.Share, v.Rule, v.Source
		} else if sum.Share != v.Share {
			sum.Share, sum.Rule, sum.Source = mixed, "", ""
		}
		found = true
		sum.Same += v.Same
		sum.Different += v.Different
		sum.Skipped.Add(v.Skipped)
		sum.Declined = appendNew(sum.Declined, v.Declined)
		sum.Unmatched = appendNew(sum.Unmatched, v.Unmatched)
		for i, d := range v.Differences {
			for _, f := range d.Fields {
				if len(rows) < mostDifferences {
					rows = append(rows, row{[]table.Cell{
						{Text: f.Path, Title: fmt.Sprintf("difference %d of %s", i+1, o.process.Socket)}, {Text: d.Time.Local().Format("2006-01-02 15:04:05.000")}, {Text: f.RPC}, {Text: f.Inline},
					}})
				}
			}
		}
	}
	if !found {
		return nil
	}
	result := &verified{
		Differ: rows != nil,
		Differences: plain("differences", "Fields of answers that differ between the RPC and the inline call", false,
			[]string{"Field", "Time", "RPC", "Inline"}, rows),
	}
	for i := range rows {
		result.Differences.Lines[i].Key = fmt.Sprint(i)
	}
	compared := table.Cell{Text: units.Count(sum.Compared()) + " compared, none differ", Mark: "good"}
	switch {
	case sum.Compared() == 0:
		compared = table.Cell{Text: "no call was compared yet", Mark: "quiet"}
	case sum.Different > 0:
		compared = table.Cell{Text: fmt.Sprintf("%s compared, %s differ (%s)", units.Count(sum.Compared()), units.Count(sum.Different), units.Percent(sum.Different, sum.Compared())), Mark: "bad"}
	}
	share := sum.Share
	if sum.Rule != "" {
		share += ", by " + sum.Rule + " (" + sum.Source + ")"
	}
	result.Facts = []fact{{"Verified", compared}, {"Share of the RPCs", table.Cell{Text: share}}}
	if s := sum.Skipped; s.Sum() > 0 {
		text := ""
		for _, one := range []struct {
			name string
			n    uint64
		}{
			{"busy", s.Busy}, {"absent", s.Absent}, {"declined", s.Declined}, {"refused", s.Refused},
			{"unanswered", s.Unanswered}, {"late", s.Late}, {"large", s.Large}, {"unreadable", s.Unreadable},
		} {
			if one.n > 0 {
				text += ", " + units.Count(one.n) + " " + one.name
			}
		}
		result.Facts = append(result.Facts, fact{"Not compared", table.Cell{Text: text[len(", "):]}})
	}
	if sum.Declined != nil {
		result.Facts = append(result.Facts, fact{"Declined", table.Cell{Text: strings.Join(sum.Declined, "; ")}})
	}
	if sum.Unmatched != nil {
		result.Facts = append(result.Facts, fact{"Fields of the rule that no answer has had", table.Cell{Text: strings.Join(sum.Unmatched, ", "), Mark: "bad"}})
	}
	return result
}

// appendNew appends the texts that are not there yet.
func appendNew(all, more []string) []string {
	for _, text := range more {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
