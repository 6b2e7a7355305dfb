package overlay

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Namespace knows which packages of a service are compiled under its prefix.
type Namespace struct {
	// Name is the prefix, without a slash at its end.
	Name     string
	packages map[string]bool
	main     string // path of the package that links as "main" on its own
}

// ParseNamespace reads the list of the packages in a namespace: one path a
// line, without the prefix. The line "main=PATH" tells that PATH is the
// service's main package, whose symbols begin with "main." in its own binary.
func ParseNamespace(name string, list io.Reader) (*Namespace, error) {
	if name == "" || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
		return nil, fmt.Errorf("namespace %q: give an import path prefix without a slash at either end", name)
	}
	ns := &Namespace{Name: name, packages: map[string]bool{}}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if path, ok := strings.CutPrefix(line, "main="); ok {
			if ns.main != "" && ns.main != path {
				return nil, fmt.Errorf("namespace %s lists two main packages, %s and %s: list the one of the service's binary", name, ns.main, path)
			}
			ns.main, line = path, path
		}
		if line != "" {
			ns.packages[line] = true
		}
	}
	return ns, lines.Err()
}

// Symbol returns the name in the namespace of a linker symbol such as
// example.com/a.F or gopkg.in/yaml%2ev3.(*T).M. It reports false for symbols of
// packages that are not in the namespace.
func (ns *Namespace) Symbol(symbol string) (string, bool) {
	path, rest, ok := ns.split(symbol)
	switch {
	case !ok:
		return "", false
	case ns.isMain(symbol):
		return escapePath(ns.Name+"/"+path) + rest, true
	}
	return strings.TrimSuffix(escapePath(ns.Name+"/x"), "x") + symbol, true
}

// isMain tells whether symbol belongs to what is package main in the service's
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
	// Receivers and type arguments may hold paths of their own.
	head := symbol
	if i := strings.IndexAny(head, "(["); i >= 0 {
		head = head[:i]
	}
	// In a linker symbol the first dot after the last slash ends the path,
	// because dots of the path itself are escaped there. Some sources do not
	// escape them, so further dots are tried next.
	for i := strings.LastIndexByte(head, '/') + 1; i < len(head); i++ {
		if head[i] == '.' {
			if path := unescapePath(head[:i]); ns.packages[path] {
				return path, symbol[i:], true
			}
		}
	}
	return "", "", false
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

// unescapePath reverses escapePath. What is no escape stays as it is.
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
