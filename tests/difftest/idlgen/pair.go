// Package idlgen makes random pairs of thrift IDLs: one that a calling service
// knows, and a skewed one that the called service knows.
package idlgen

import (
	"math/rand"
	"slices"
)

// Pair is what two services know of the RPC service Store.
type Pair struct {
	Caller, Callee Side
	// Refused are the fields that have types which do not fit. If there are any,
	// there must be no conversions.
	Refused []Refused
}

// Side is one service's IDL.
type Side struct {
	// Files holds the text of each file by name; MainFile is one.
	Files map[string]string
	// Options are for the -thrift flag of the Kitex tool.
	Options []string
}

// Random returns the pair of a seed. Every fourth seed may have fields that do
// not fit.
func Random(seed int64) Pair {
	r := rand.New(rand.NewSource(seed))
	g := &generator{Rand: r, schema: &schema{}}
	one, other := g.randomOptions(), g.randomOptions()
	both := slices.Concat(one, other)
	g.structKeys, g.typedefs = !slices.Contains(both, byValue), !slices.Contains(both, noAlias)
	g.options = one
	g.generate()
	before := g.schema
	g.schema = before.clone()
	g.options = other
	g.skew()
	if seed%4 == 3 {
		g.breakFields()
	}
	caller, callee := before, g.schema
	if g.chance(50) {
		caller, callee = callee, caller
	}
	return Pair{Caller: caller.side(), Callee: callee.side(), Refused: compare(caller, callee)}
}

func (s *schema) side() Side { return Side{Files: s.files(), Options: s.options} }

const (
	byValue = "value_type_in_container"
	noAlias = "use_type_alias=false"
)

// randomOptions returns options that change how values are held in Go.
func (g *generator) randomOptions() []string {
	var list []string
	for _, option := range []string{byValue, "enum_as_int_32", noAlias, "ignore_initialisms", "naming_style=golint", "naming_style=apache"} {
		if g.chance(15) {
			list = append(list, option)
		}
	}
	return list
}
