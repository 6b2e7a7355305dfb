// Package monorepo writes synthetic monorepos of Go services, which Bazel can
// build separately and merged.
//
// The packages of a service are a tree, with edges across from each layer to
// the next: package 0 is the service's main, and package k imports packages
// 3k+1 to 3k+3 and one more of their layer. Packages of the platform, which
// all services import, are a tree of the same kind.
//
// Services may have code as Kitex's tool generates it, for Bazel to analyze.
// Building it would take Kitex itself, with 600 actions for each service, in
// whose place there are stubs.
package monorepo

import (
	"errors"
	"fmt"
	"slices"
)

// Shape is how large a monorepo is.
type Shape struct {
	Services int
	// Packages is how many a service links, its main package and those of the
	// platform included.
	Packages int
	// Platform is how many of them all services import.
	Platform int
	// Modules is how many modules the other packages of a service are in, and
	// how many those of the platform are in.
	Modules int
	// Interfaces is how many RPC services each service has generated code for,
	// in two packages each, which Packages does not count.
	Interfaces int
}

// New returns a shape in which a fifth of a service's packages are the
// platform's and a module has 50 packages.
func New(services, packages int) Shape {
	return Shape{
		Services: services,
		Packages: packages,
		Platform: packages / 5,
		Modules:  max(1, packages/50),
	}
}

func (s Shape) String() string {
	if s.Interfaces > 0 {
		return fmt.Sprintf("%d x (%d + %d)", s.Services, s.Packages, generated*s.Interfaces)
	}
	return fmt.Sprintf("%d x %d", s.Services, s.Packages)
}

// generated is how many packages the code of an RPC service is in.
const generated = 2

// Total is the number of packages of all namespaces: those of the platform
// count once for each service. Stubs do not count.
func (s Shape) Total() int { return s.Services * s.Linked() }

// Linked is the number of packages that each service links, without stubs.
func (s Shape) Linked() int { return s.Packages + generated*s.Interfaces }

// Separate is the number of packages of all services' own binaries, which
// share the platform's.
func (s Shape) Separate() int { return s.Total() - (s.Services-1)*s.Platform }

// Check reports what is wrong with a shape.
func (s Shape) Check() error {
	switch {
	case s.Services < 1 || s.Packages < 1 || s.Modules < 1 || s.Platform < 0 || s.Interfaces < 0:
		return errors.New("a monorepo has at least one service, one package and one module")
	case s.Platform >= s.Packages:
		return fmt.Errorf("%d packages of the platform leave none to a service of %d", s.Platform, s.Packages)
	}
	return nil
}

// fanOut is how many packages of the next layer hang on a package.
const fanOut = 3

// imports lists what package k of n imports.
func imports(k, n int) []int {
	var found []int
	for i := fanOut*k + 1; i <= fanOut*k+fanOut && i < n; i++ {
		found = append(found, i)
	}
	// The next layer begins where the first package of this one has its first.
	first := 1
	for first <= k {
		first = fanOut*first + 1
	}
	if width := min(n, fanOut*first+1) - first; width > 0 {
		across := first + k*5%width
		if !slices.Contains(found, across) {
			found = append(found, across)
		}
	}
	return found
}
