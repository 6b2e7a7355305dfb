// Package probe exercises what a rules_go package can hold: assembly, embedded
// files, cgo, generics, link-time definitions, linknames and build tags.
package probe

import (
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	_ "unsafe"

	"github.com/gomerge/rules_go_merge/tests/content/hidden"
	"github.com/gomerge/rules_go_merge/tests/content/native"
)

//go:embed greeting.txt
var greeting string

// Stamp is set by x_defs.
var Stamp = "unset"

var registered []string

// Register records a name in this copy of the package.
func Register(name string) { registered = append(registered, name) }

//go:linkname hiddenTable github.com/gomerge/rules_go_merge/tests/content/hidden.table
var hiddenTable [4]int64

//go:linkname hiddenNext github.com/gomerge/rules_go_merge/tests/content/hidden.next
func hiddenNext() int

func second(a []int64) int64

//go:linkname hiddenCalls content_calls
func hiddenCalls() int

func hiddenThird() int64

func step() int64

func longest[T ~string](items ...T) T {
	var best T
	for _, item := range items {
		if len(item) > len(best) {
			best = item
		}
	}
	return best
}

// Report describes this copy of the package, one fact a line.
func Report(service string) string {
	hidden.Use(false)
	hiddenNext()
	_, file, line, _ := runtime.Caller(0)
	var b strings.Builder
	fact := func(name string, value any) { fmt.Fprintf(&b, "%s %s: %v\n", service, name, value) }
	fact("registered", registered)
	fact("embedded", strings.TrimSpace(greeting))
	fact("stamp", Stamp)
	fact("generic", longest("a", "abc", "ab"))
	fact("assembly", second([]int64{10, 20}))
	fact("assembly by full path", hiddenThird())
	fact("linkname variable", hiddenTable[1])
	fact("linkname function", hidden.Calls())
	fact("assembly of no package", step())
	fact("linkname of no package", hiddenCalls())
	fact("cgo", native.Triple(14))
	fact("tag", tag)
	fact("source", fmt.Sprintf("%s:%d", file, line))
	return b.String()
}
