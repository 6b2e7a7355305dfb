package compare

import (
	"math"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
)

func plan() *choose.Plan {
	return &choose.Plan{Version: choose.Version, Groups: []choose.Group{{
		Host: "caller", CallCores: 0.15, Inline: 960, Members: []choose.Member{
			{Service: "caller"}, {Service: "callee", Caller: "caller", Links: []choose.Link{{Link: "caller->callee", Inline: 900}, {Link: "caller->other", Inline: 100}}},
		},
	}}}
}

func TestGroups(t *testing.T) {
	m, err := ParseMeasured("m.yaml", []byte("groups:\n  - {host: caller, cores_before: 0.439, cores_after: 0.273, inline_calls_per_second: 960}\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Groups(plan(), m)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if math.Abs(rows[0].Error-0.016/0.166) > 1e-9 || rows[1].Error != 0 {
		t.Errorf("got %+v", rows)
	}
	m.Groups[0].Host = "other"
	if _, err := Groups(plan(), m); err == nil || !strings.Contains(err.Error(), "no group with the host other") {
		t.Errorf("got %v", err)
	}
	for _, numbers := range []string{"", ", cores_before: 2", ", cores_after: 2", ", cores_before: .inf, cores_after: 1", ", cores_before: 2, cores_after: .nan", ", cores_before: 2, inline_calls_per_second: -1"} {
		if m, err := ParseMeasured("m.yaml", []byte("groups: [{host: caller"+numbers+"}]")); err == nil {
			t.Errorf("took %+v", m)
		}
	}
}

func TestLinks(t *testing.T) {
	r := &reports.Links{Links: []reports.Link{
		{Caller: "caller", Callee: "callee", Method: "A", Inline: 600}, {Caller: "caller", Callee: "callee", Method: "B", Inline: 200},
		{Caller: "caller", Callee: "other", Inline: 200},
	}}
	rows, err := Links(plan(), r)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if rows[0].Predicted != 90 || rows[0].Measured != 80 || math.Abs(rows[0].Error-0.125) > 1e-9 {
		t.Errorf("got %+v", rows[0])
	}
}
