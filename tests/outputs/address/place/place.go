// Package place is another package of command address.
package place

// There is a function that is somewhere.
//
//go:noinline
func There() {}
