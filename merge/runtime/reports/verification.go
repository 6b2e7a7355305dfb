package reports

import "time"

// Verification has the calls of a method whose RPCs were compared with inline calls. The
// counters are totals since the start of the process.
type Verification struct {
	// Share is "off" or the percentage of the RPCs that are verified. Rule is the rule that
	// it comes from and Source the place where it was set. Both are empty where none does.
	Share  string `json:"share"`
	Rule   string `json:"rule,omitempty"`
	Source string `json:"source,omitempty"`

	// Same and Different count the calls that were compared, by whether the inline call
	// has ended as the RPC has.
	Same      uint64 `json:"same"`
	Different uint64 `json:"different"`
	// Skipped counts the calls that were to be verified and were not compared, by why.
	Skipped Skipped `json:"skipped,omitzero"`
	// Declined are the reasons for which the adapter has declined calls, the first 8.
	Declined []string `json:"declined,omitempty"`
	// Unmatched are fields that the rule ignores or redacts and that no answer has had
	// which was compared since the rule was set. There are none before one was.
	Unmatched []string `json:"unmatched,omitempty"`
	// Differences has the first calls that differed, and the last ones.
	Differences []Difference `json:"differences,omitempty"`
}

// Compared is the number of calls that were compared.
func (v *Verification) Compared() uint64 { return v.Same + v.Different }

// Skipped counts calls that were to be verified and were not compared, by why.
type Skipped struct {
	// Busy is for calls beyond what is verified at a time.
	Busy uint64 `json:"busy,omitempty"`
	// Absent calls have a callee that took no inline calls, or were meant for another.
	Absent uint64 `json:"absent,omitempty"`
	// Declined calls have something that the adapter leaves to the framework.
	Declined uint64 `json:"declined,omitempty"`
	// Refused calls have arguments that are not converted, or were refused by a permission
	// or a limit of the callee.
	Refused uint64 `json:"refused,omitempty"`
	// Unanswered calls got no answer of the callee's as RPCs.
	Unanswered uint64 `json:"unanswered,omitempty"`
	// Late calls did not end inline in time.
	Late uint64 `json:"late,omitempty"`
	// Large calls have messages that are too large to be compared.
	Large uint64 `json:"large,omitempty"`
	// Unreadable calls have answers that cannot be compared.
	Unreadable uint64 `json:"unreadable,omitempty"`
}

// Sum is the number of all of them.
func (s Skipped) Sum() uint64 {
	return s.Busy + s.Absent + s.Declined + s.Refused + s.Unanswered + s.Late + s.Large + s.Unreadable
}

// Add adds other calls.
func (s *Skipped) Add(o Skipped) {
	s.Busy += o.Busy
	s.Absent += o.Absent
	s.Declined += o.Declined
	s.Refused += o.Refused
	s.Unanswered += o.Unanswered
	s.Late += o.Late
	s.Large += o.Large
	s.Unreadable += o.Unreadable
}

// Difference is a call whose inline call has ended in another way than its RPC.
type Difference struct {
	Time time.Time `json:"time"`
	// Fields has the fields that differ, of many the first ones.
	Fields []DifferingField `json:"fields"`
}

// DifferingField is a field of an answer that differs. Long texts are cut, and values that
// are to stay secret are left out.
type DifferingField struct {
	// Path has names of fields, indexes in brackets and keys, such as
	// success.lines[0].price. It is "error" if only one of both calls has failed.
	Path   string `json:"path"`
	RPC    string `json:"rpc"`
	Inline string `json:"inline"`
}
