package report

// Verdict is what became of a target.
type Verdict struct {
	Target, At, Measured string
	Met                  bool
}

// Verdicts returns the table of verdicts. at says what their At is.
func Verdicts(at string, verdicts []Verdict) Table {
	t := Table{{"target", at, "measured", "met"}}
	for _, v := range verdicts {
		met := "missed"
		if v.Met {
			met = "met"
		}
		t = append(t, []string{v.Target, v.At, v.Measured, met})
	}
	return t
}
