package overlay

import (
	"bytes"
	"cmp"
	"slices"
)

// splice replaces src[start:end] by text.
type splice struct {
	start, end int
	text       string
}

// apply returns src with the splices done, which must not overlap. Splices at
// one place keep their order.
func apply(src []byte, splices []splice) []byte {
	slices.SortStableFunc(splices, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	var out bytes.Buffer
	done := 0
	for _, s := range splices {
		out.Write(src[done:s.start])
		out.WriteString(s.text)
		done = s.end
	}
	out.Write(src[done:])
	return out.Bytes()
}
