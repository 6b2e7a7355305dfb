// Package hidden holds what package probe reaches by linkname and assembly.
package hidden

import _ "unsafe" // for linkname

var table = [4]int64{2, 3, 5, 7}

var calls int

//go:noinline
func next() int {
	calls++
	return calls
}

//go:linkname callsOfNoPackage content_calls
func callsOfNoPackage() int { return calls }

// Calls returns how often next ran in this copy of the package.
func Calls() int { return calls }

// Sum keeps table in use.
func Sum() int64 { return table[0] + table[3] }

// Use keeps next in use.
func Use(run bool) {
	if run {
		next()
	}
}
