package debuginfo

import (
	"net/url"
	"strings"
)

// generated are prefixes of functions that compare values of a type, or hash
// them. They are the type's service's.
var generated = []string{"type:.eq.", "type:.hash."}

// splitGenerated splits the name of such a function before the name of its type.
func splitGenerated(name string) (prefix, rest string) {
	for _, prefix := range generated {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return prefix, rest
		}
	}
	return "", name
}

// ownerOf returns the index of the service that a function belongs to.
func ownerOf(name string, services []Service) (int, bool) {
	_, name = splitGenerated(name)
	owner, length := 0, 0
	for i, s := range services {
		// A namespace may begin with another one.
		if n := len(s.Namespace); n > length && strings.HasPrefix(name, s.Namespace+"/") {
			owner, length = i, n
		}
	}
	return owner, length > 0
}

// without returns the import path and the name that a function has in the
// service's own binary, from that in the merged binary.
func (s *Service) without(name string) (importPath, original string) {
	prefix, name := splitGenerated(name)
	name = strings.TrimPrefix(name, s.Namespace+"/")
	path, rest := splitPackage(name)
	importPath = unescape(path)
	if importPath == s.Main {
		path = "main"
	}
	return importPath, prefix + path + rest
}

// splitPackage splits the name of a function at the end of its package's path,
// in whose last part the linker has escaped dots.
func splitPackage(name string) (path, rest string) {
	end := len(name)
	// Type arguments and receivers have their own paths.
	if i := strings.IndexAny(name, "[("); i >= 0 {
		end = i
	}
	slash := strings.LastIndexByte(name[:end], '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return name, ""
	}
	return name[:slash+dot], name[slash+dot:]
}

// unescape returns a package's import path for how the linker spells it.
func unescape(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}
