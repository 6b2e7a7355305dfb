package switching

import (
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestObeyed(t *testing.T) {
	ends := time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC)
	f := &file{name: "rules", generation: 7}
	for _, tt := range []struct {
		file *reports.RulesFile
		want string
	}{
		{&reports.RulesFile{Path: "/rules", Generation: 7, Included: true}, ""},
		{nil, "it has no rules file; start it with GO_MERGE_LINKS_FILE, or leave out --rules"},
		{&reports.RulesFile{Path: "/rules", Generation: 7, Included: true, Failure: "/rules:1: no such link"}, "it cannot use its rules file: /rules:1: no such link"},
		{&reports.RulesFile{Path: "/rules", Generation: 6, Included: true}, "it obeys generation 6 of /rules, and rules has 7"},
		{&reports.RulesFile{Path: "/rules", Generation: 7, Processes: "10%", ProcessID: "shop-5"},
			"/rules has rules for 10% of the processes, and shop-5 is not one of them; leave the process out"},
		{&reports.RulesFile{Path: "/rules", Generation: 7, Included: true, Expired: true, Expires: &ends},
			"the rules of /rules have ended at 2030-01-31T18:00:00Z; set another time"},
	} {
		got := ""
		if err := f.obeyed(&reports.Links{File: tt.file}); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
