// Package pgo rewrites profiles for profile-guided optimization.
package pgo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// header is the first line of what go tool preprofile writes: for each edge of the
// call graph the caller, the callee, and numbers, on a line each. See package
// cmd/internal/pgo of Go.
const header = "GO PREPROFILE V1"

// linesOfEdge is how many lines an edge has. The first two are names.
const linesOfEdge = 3

// Rename copies a profile that go tool preprofile has written, with other names
// for linker symbols of which rename reports true. It fails for other profiles.
func Rename(w io.Writer, r io.Reader, rename func(symbol string) (string, bool)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != header {
		return errors.Join(fmt.Errorf("this profile does not begin with %q, as those of go tool preprofile in Go 1.25 to 1.27 do: take pgoprofile out of the service's go_binary, or a supported Go", header), lines.Err())
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, header)
	n := 0
	for ; lines.Scan(); n++ {
		text := lines.Text()
		if n%linesOfEdge < 2 {
			if symbol, ok := rename(text); ok {
				text = symbol
			}
		}
		fmt.Fprintln(out, text)
	}
	if lines.Err() == nil && n%linesOfEdge != 0 {
		return errors.New("the profile ends within an edge")
	}
	return errors.Join(lines.Err(), out.Flush())
}
