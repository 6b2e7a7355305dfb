package overlay

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode"

	"github.com/gomerge/rules_go_merge/internal/naming"
)

// Namespace knows which packages of a service are compiled under its prefix.
type Namespace struct {
	// Name is the prefix, without a slash at its end.
	Name     string
	packages map[string]bool
	std      map[string]bool // those that are copies of the standard library's
	outside  map[string]bool // the packages that the service links to in no namespace
	symbols  map[string]bool // of no package, but defined by the service
	main     string          // path of the package that links as "main" on its own
}

// ParseNamespace reads the list of the packages in a namespace: one path a
// line, without the prefix. The line "main=PATH" says that PATH is the
// service's main package, whose symbols begin with "main." in its own binary,
// and "std=PATH" that PATH is a copy of a package of the standard library.
//
// Lines "outside=PATH" list the packages that are not in the namespace. Where
// there are any, symbols of all others get the namespace as well: no package
// has such a path, so only packages of the service can define them, as
// net/http does for tests of golang.org/x/net.
func ParseNamespace(name string, list io.Reader) (*Namespace, error) {
	if name == "" || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
		return nil, fmt.Errorf("namespace %q: give an import path prefix without a slash at either end", name)
	}
	ns := &Namespace{Name: name, packages: map[string]bool{}, std: map[string]bool{}, outside: map[string]bool{}, symbols: map[string]bool{}}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if path, ok := strings.CutPrefix(line, "main="); ok {
			if ns.main != "" && ns.main != path {
				return nil, fmt.Errorf("namespace %s lists two main packages, %s and %s: list the one of the service's binary", name, ns.main, path)
			}
			ns.main, line = path, path
		} else if path, ok := strings.CutPrefix(line, "std="); ok {
			ns.std[path], line = true, path
		} else if path, ok := strings.CutPrefix(line, "outside="); ok {
			ns.outside[path], line = true, ""
		}
		if line != "" {
			ns.packages[line] = true
		}
	}
	return ns, lines.Err()
}

// AddSymbols reads a list of symbols of no package that the service defines, one
// a line: the Own that FindUnowned returned.
func (ns *Namespace) AddSymbols(list io.Reader) error {
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		ns.symbols[lines.Text()] = true
	}
	return lines.Err()
}

// unowned returns the name in the namespace of a symbol of no package. It has
// a spelling in assembly whatever the namespace looks like.
func (ns *Namespace) unowned(symbol string) string {
	var b strings.Builder
	for i, r := range ns.Name + "/" {
		switch {
		case r == '.' || r == '/' || r < unicode.MaxASCII && isAsmIdentRune(r, i):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "_%02x", r)
		}
	}
	return b.String() + symbol
}

// Symbol returns the name in the namespace of a linker symbol such as
// example.com/a.F or gopkg.in/yaml%2ev3.(*T).M. It reports false for symbols
// that stay as they are: those of packages outside and of no package.
func (ns *Namespace) Symbol(symbol string) (string, bool) {
	path, rest, ok := ns.split(symbol)
	switch {
	case ns.symbols[symbol]:
		return ns.unowned(symbol), true
	case !ok && !ns.isOfNone(symbol):
		return "", false
	case ns.isMain(symbol):
		return escapePath(ns.Name+"/"+path) + rest, true
	}
	return strings.TrimSuffix(escapePath(ns.Name+"/x"), "x") + symbol, true
}

// hasPackage reports whether a symbol has the path of a package outside.
func (ns *Namespace) hasPackage(symbol string) bool {
	for path := range pathsOf(symbol) {
		if ns.outside[path] {
			return true
		}
	}
	return false
}

// isOfNone reports whether a symbol has the path of a package that does not
// exist, neither in the namespace nor outside.
func (ns *Namespace) isOfNone(symbol string) bool {
	if len(ns.outside) == 0 {
		return false
	}
	hasPath := false
	for path := range pathsOf(symbol) {
		// The runtime and testing push into external tests of packages.
		if hasPath = true; ns.isOutside(path) || ns.isOutside(strings.TrimSuffix(path, "_test")) {
			return false
		}
	}
	return hasPath
}

func (ns *Namespace) isOutside(path string) bool {
	switch path {
	case "go", "type", "main", "C": // what the compiler and the linker define
		return true
	}
	return ns.outside[path] || path == naming.Runtime || strings.HasPrefix(path, naming.Runtime+"/")
}

// isMain reports whether symbol belongs to what is package main in the service's
// own binary.
func (ns *Namespace) isMain(symbol string) bool {
	return ns.main != "" && !ns.packages["main"] && strings.HasPrefix(symbol, "main.")
}

// split finds the package of symbol. The path comes back unescaped, the rest
// begins with a dot.
func (ns *Namespace) split(symbol string) (path, rest string, ok bool) {
	if ns.isMain(symbol) {
		return ns.main, strings.TrimPrefix(symbol, "main"), true
	}
	for path, rest := range pathsOf(symbol) {
		if ns.packages[path] {
			return path, rest, true
		}
	}
	return "", "", false
}

// pathsOf yields the package paths that a symbol may begin with, unescaped, and
// what follows each, which begins with a dot. In a linker symbol the first dot
// after the last slash ends the path, because dots of the path itself are
// escaped there. Some sources do not escape them, so further dots come next.
func pathsOf(symbol string) iter.Seq2[string, string] {
	return func(yield func(path, rest string) bool) {
		// Receivers and type arguments may hold other paths.
		head := symbol
		if i := strings.IndexAny(head, "(["); i >= 0 {
			head = head[:i]
		}
		if strings.Contains(head, ":") {
			return // such as go:itab.*T,I, which is of no package
		}
		for i := strings.LastIndexByte(head, '/') + 1; i < len(head); i++ {
			if i > 0 && head[i] == '.' && !yield(unescapePath(head[:i]), symbol[i:]) {
				return
			}
		}
	}
}

// escapePath spells a package path as the linker does (objabi.PathToPrefix).
func escapePath(path string) string {
	slash := strings.LastIndexByte(path, '/')
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescapePath reverses escapePath. What is not an escape stays as it is.
func unescapePath(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
