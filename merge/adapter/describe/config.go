package describe

// Config says what to describe.
type Config struct {
	// Packages are those that may be generated: they import all of the
	// adapter's service_markers, or are imported by one that does. Others are
	// passed over.
	Packages []Package
	// Users are the packages whose code may make servers and clients.
	Users []Package
	// GOOS, GOARCH, Tags and Cgo select files by their build constraints. Empty
	// are those of this machine.
	GOOS, GOARCH string
	Tags         []string
	Cgo          bool
}

// Package is a Go package's source files.
type Package struct {
	// ImportPath is the path that the package is compiled under, without the
	// namespace.
	ImportPath string
	// ImportMap maps what the files import to the paths that it is compiled
	// under, where they differ.
	ImportMap map[string]string
	// Files may hold files that build constraints leave out.
	Files []string
}
