// Package wire sends values as interfaces, so that the names of their types are
// on the wire.
package wire

import (
	"bytes"
	"encoding/gob"
	"fmt"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

type point struct{ X, Y int }

// pair shows that paths are part of the names of type arguments.
type pair[T any] struct{ A, B T }

func init() {
	gob.Register(point{})
	gob.Register(&pair[point]{})
	gob.Register([]map[string]point{})
	gob.RegisterName("a name", pair[int]{})
}

// Run shows what is sent for values of this package and one of package main.
func Run(ofMain any) {
	gob.Register(ofMain)
	for _, value := range []any{point{1, 2}, &pair[point]{}, pair[int]{3, 4}, []map[string]point{{"a": {5, 6}}}, ofMain} {
		var buffer bytes.Buffer
		show.Must(gob.NewEncoder(&buffer).Encode(&value))
		text := fmt.Sprintf("%q", buffer.String())
		var back any
		show.Must(gob.NewDecoder(&buffer).Decode(&back))
		show.Line("gob", text, fmt.Sprintf("%+v", back))
	}
}
