package merge

import (
	"path"
	"slices"
	"strings"
)

const serviceSuffix = "_service"

// nameOf returns the name of the service that a go_merge_service target makes,
// as merge/private/namespace.bzl does.
func nameOf(target string) string {
	if name := strings.TrimSuffix(target, serviceSuffix); name != "" {
		return name
	}
	return target
}

// reserved names are no namespaces: the Go tool chain gives import paths that
// begin with them a meaning of its own.
var reserved = []string{"C", "builtin", "cmd", "go", "internal", "main", "runtime", "testmain", "type", "unsafe", "vendor"}

// serviceTarget names the go_merge_service of a go_binary in package rel after
// the binary, or after a folder above if its name is reserved: that of
// //stock/cmd is the service stock.
func serviceTarget(binary, rel string) string {
	name := binary
	for dir := rel; slices.Contains(reserved, name) && dir != "" && dir != "."; dir = path.Dir(dir) {
		name = path.Base(dir)
	}
	if slices.Contains(reserved, name) {
		name = binary
	}
	return name + serviceSuffix
}
