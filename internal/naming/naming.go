// Package naming names the services of main packages, and the runtime.
package naming

import (
	"path"
	"slices"
	"strings"
)

// Runtime is the import path of what a merged binary links once.
const Runtime = "github.com/gomerge/rules_go_merge/merge/runtime"

// Suffix is what the name of a go_merge_service has after the service's name.
const Suffix = "_service"

// Service returns the name of the service that a go_merge_service target makes,
// as merge/private/namespace.bzl does.
func Service(target string) string {
	if name := strings.TrimSuffix(target, Suffix); name != "" {
		return name
	}
	return target
}

// Hosts returns the host names that mean a service: its own name and that of its
// binary, also as names in DNS, which have no underscores.
func Hosts(target, binary string) []string {
	var hosts []string
	for _, name := range []string{Service(target), binary} {
		hosts = append(hosts, name, strings.ReplaceAll(name, "_", "-"))
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// reserved names cannot be namespaces: the Go tool chain gives import paths that
// begin with them a special meaning.
var reserved = []string{"C", "builtin", "cmd", "go", "internal", "main", "runtime", "testmain", "type", "unsafe", "vendor"}

// standard are the first elements of paths of the standard library: functions of
// such a service could not be told from those.
var standard = []string{
	"archive",
	"arena",
	"bufio",
	"bytes",
	"cmp",
	"compress",
	"container",
	"context",
	"crypto",
	"database",
	"debug",
	"embed",
	"encoding",
	"errors",
	"expvar",
	"flag",
	"fmt",
	"hash",
	"html",
	"image",
	"index",
	"io",
	"iter",
	"log",
	"maps",
	"math",
	"mime",
	"net",
	"os",
	"path",
	"plugin",
	"reflect",
	"regexp",
	"simd",
	"slices",
	"sort",
	"strconv",
	"strings",
	"structs",
	"sync",
	"syscall",
	"testing",
	"text",
	"time",
	"unicode",
	"unique",
	"uuid",
	"weak",
}

// Reserved reports whether a service cannot have a name, because it cannot be a
// namespace.
func Reserved(name string) bool {
	return slices.Contains(reserved, name) || slices.Contains(standard, name)
}

// Target names the go_merge_service of a go_binary in package rel after the
// binary, or after a folder above if its name is reserved: that of //stock/cmd
// is the service stock.
func Target(binary, rel string) string {
	name := binary
	for dir := rel; Reserved(name) && dir != "" && dir != "."; dir = path.Dir(dir) {
		name = path.Base(dir)
	}
	if Reserved(name) {
		name = binary
	}
	return name + Suffix
}
