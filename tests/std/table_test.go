package std

import (
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bzl"
)

const table = "../../merge/private/std_packages.bzl"

// listed is an element of STD_PACKAGES.
type listed struct {
	path              string
	view              bool
	imports, vendored []string
	renames           []string // Old=New
}

// readTable evaluates the list of the standard library's packages that each
// service has for itself.
func readTable(t *testing.T) []listed {
	t.Helper()
	read, err := bzl.Read(table)
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for _, p := range read.List("STD_PACKAGES") {
		all = append(all, listed{
			path:     p.Text("path"),
			view:     p["view"] == true,
			imports:  p.Texts("imports"),
			vendored: p.Texts("vendored"),
			renames:  p.Pairs("rename"),
		})
	}
	if len(all) < 40 {
		t.Fatalf("%s: found only %d packages", table, len(all))
	}
	return all
}
