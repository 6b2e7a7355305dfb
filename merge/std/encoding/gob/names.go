//go:build go_merge_added

package gob

import (
	"reflect"
	"regexp"
)

// RegisterName takes the namespace out of names, which Register makes of the
// path of a type's package: peers that are not merged know the types without.
func RegisterName(name string, value any) {
	goMergeRegisterName(withoutNamespace(name), value)
}

// newTypeObject describes a type to peers by its name, in which those of its
// type arguments have paths.
func newTypeObject(name string, ut *userTypeInfo, rt reflect.Type) (gobType, error) {
	return goMergeNewTypeObject(withoutNamespace(name), ut, rt)
}

func withoutNamespace(name string) string {
	name = ofMain.ReplaceAllString(name, "${1}main.")
	return ofNamespace.ReplaceAllString(name, "${1}")
}

// A path begins the name or follows the characters that begin another type in
// it, as in *p.T, []p.T and p.T[p.U,p.V]. What is the service's main package
// here is main in its own binary.
var (
	ofMain      = regexp.MustCompile(`(^|[^\w./~-])` + regexp.QuoteMeta("@NAMESPACE@/@MAIN@."))
	ofNamespace = regexp.MustCompile(`(^|[^\w./~-])` + regexp.QuoteMeta("@NAMESPACE@/"))
)
