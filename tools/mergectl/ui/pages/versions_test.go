package pages

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// TestVersions has 2,000 processes of two binaries, of which one is in a manifest: there
// is a row for each version, and not for each process.
func TestVersions(t *testing.T) {
	built := fleet.Identity{Version: "2", Digest: "d2"}
	row := matrix.Row{Service: "stock", Binary: "//shop", Built: built, Behind: &matrix.Behind{Commits: 4, Days: 9}, Running: []matrix.Running{
		{Running: fleet.Running{Identity: built}},
		{Running: fleet.Running{Identity: fleet.Identity{Version: "1", Digest: "d1"}}, Behind: &matrix.Behind{Commits: 7, Days: 30}},
		{Running: fleet.Running{Identity: fleet.Identity{Version: "0"}}},
	}}
	v := &Versions{Notes: make([]string, 100)}
	for i := range 2000 {
		p := watch.Process{Socket: fmt.Sprintf("/run/%d", i), Links: &reports.Links{Binary: "shop"}, Services: &reports.Services{Binary: "shop"}}
		one := reports.Service{Name: "stock"}
		if i%2 == 0 {
			p.Links.Binary = "hotel"
			one.Version = "5"
		} else {
			r := &row.Running[i/2%10/8] // eight of ten as built, and one of the others without a digest
			if i == 19 {
				r = &row.Running[2]
			}
			one.Version, one.Digest = r.Version, r.Digest
			r.Reports = append(r.Reports, p.Socket)
		}
		p.Services.Services = []reports.Service{one}
		v.Processes = append(v.Processes, p)
	}
	v.Rows = []matrix.Row{row, {Service: "mail", Binary: "//shop", Unknown: "it has no revision"}}
	var got []string
	view := site.versionsTable(true).View(v.versions(), table.All())
	for _, line := range view.Lines {
		var cells []string
		for _, c := range line.Cells {
			cells = append(cells, c.Text)
		}
		got = append(got, strings.Join(cells, " | "))
	}
	want := []string{
		"mail | //shop | - | - | - | 0 | not running | - | - | - | - | it has no revision",
		"stock | //shop | - | 2 d2 | 2 d2 | 800 | as built | 4 | 9 | 4 | 9 | ",
		"stock | //shop | - | 2 d2 | 1 d1 | 199 | not as built | 4 | 9 | 7 | 30 | ",
		"stock | //shop | - | 2 d2 | 0 | 1 | has no digest | 4 | 9 | - | - | ",
		"stock | hotel | - | - | 5 | 1,000 | in no manifest | - | - | - | - | ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if href := view.Lines[1].Cells[5].Href; href != "services?binary=shop&digest=d2&revision=&service=stock&version=2" {
		t.Errorf("the number leads to %s", href)
	}
	p, err := site.Versions(v, table.All())
	if err != nil || !strings.Contains(string(p.Content), "95 more: processes that no manifest is of.") {
		t.Errorf("%v in %s", err, p.Content)
	}
}
