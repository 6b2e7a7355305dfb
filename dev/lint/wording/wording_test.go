package wording_test

import (
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint/wording"
)

func TestFind(t *testing.T) {
	for _, test := range []struct {
		text string
		want []wording.Finding
	}{
		{"A service is not a process.", nil},
		{"Made anew.", []wording.Finding{{At: 5, Problem: `"anew": write "again"`}}},
		{"Between a and b, a is an answer.", nil},
		{"It is a andiron.", []wording.Finding{{At: 6, Problem: `"a andiron": write "an"`}}},
		{"The calls over this link are counted.", nil},
		{"Give -tag TAG, and that that is the one.", nil},
		{"Give the The tag.", []wording.Finding{{At: 5, Problem: `"the" is there twice`}}},
		{"For more, follow this link.", []wording.Finding{{At: 10, Problem: `"follow this link": name what the link leads to`}}},
	} {
		if got := wording.Find(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.text, got, test.want)
		}
	}
}
