package symbols

import (
	"slices"
	"strings"
)

// ofRuntime reports whether a symbol is of the C++ library alone. All services
// compile its headers with one compiler, and copies differ only in how they are
// optimized. Templates for a service's own types are not among them.
func ofRuntime(name string) bool {
	mangled, ok := strings.CutPrefix(name, "_Z")
	if !ok {
		return strings.HasPrefix(name, "DW.ref.__")
	}
	// Guards of variables, tables and names of types, variables of functions.
	for _, prefix := range []string{"GV", "TV", "TT", "TI", "TS", "Z"} {
		mangled = strings.TrimPrefix(mangled, prefix)
	}
	return !namesOutside(mangled)
}

// runtimeNamespaces are those other than std, whose names begin with S.
var runtimeNamespaces = []string{"__gnu_cxx", "__cxxabiv1"}

// namesOutside reports whether a mangled name has names outside of the C++
// library's namespaces. Where it cannot tell, it reports true.
func namesOutside(mangled string) bool {
	inside := false // whether a name here is one of what precedes it
	for s := mangled; s != ""; {
		c := s[0]
		switch {
		case isDigit(c):
			n := 0
			for s != "" && isDigit(s[0]) {
				n = min(n*10+int(s[0]-'0'), len(mangled))
				s = s[1:]
			}
			if n > len(s) || !inside && !slices.Contains(runtimeNamespaces, s[:n]) {
				return true
			}
			s, inside = s[n:], true
			continue
		case len(s) > 1 && c == 'L' && isLower(s[1]): // a value, such as Lj16E
			_, s, _ = strings.Cut(s, "E")
			continue
		case len(s) > 1 && c == 'A' && isDigit(s[1]): // an array, such as A10_c
			_, s, _ = strings.Cut(s, "_")
			inside = false
			continue
		case len(s) > 1 && c == 'S' && isLower(s[1]), len(s) > 1 && (c == 'C' || c == 'D') && isDigit(s[1]): // St, C1
			s, inside = s[2:], true
			continue
		case len(s) > 1 && (c == 'S' || c == 'T') && (s[1] == '_' || isDigit(s[1]) || s[1] >= 'A' && s[1] <= 'Z'): // S1_
			_, s, _ = strings.Cut(s, "_")
			inside = true
			continue
		}
		s = s[1:]
		inside = c == 'E' || c == 'B' // the end of arguments, a tag
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
