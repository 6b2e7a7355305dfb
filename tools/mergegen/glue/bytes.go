package glue

import (
	"fmt"
	"slices"
	"strings"
)

// bytesMethod returns the name of the variable for methods like m, whose
// arguments and results cross as bytes. The file gets the variable.
func (f *file) bytesMethod(m *method) string {
	name := "copied"
	if m.share {
		name = "shared"
	}
	if m.oneway {
		name += "Oneway"
	}
	if !slices.Contains(f.bytes, name) {
		f.bytes = append(f.bytes, name)
	}
	return name
}

// bytesMethods returns the variables that bytesMethod has named. What crosses is
// what the adapters' codecs read and write: []byte, and *[]byte for the result.
// Each side may do with its bytes what it likes, also after the call, so that
// they are copied unless the link shares memory.
func (f *file) bytesMethods() string {
	var b strings.Builder
	slices.Sort(f.bytes)
	for _, name := range f.bytes {
		share := strings.HasPrefix(name, "shared")
		crossing := func(expr string) string {
			if share {
				return expr
			}
			return "bytes.Clone(" + expr + ")"
		}
		fmt.Fprintf(&b, "\nvar %s = mergeruntime.Method{\n", name)
		if share {
			b.WriteString("SharesArgs: true,\n")
		}
		fmt.Fprintf(&b, "Args: func(src any) (any, error) {\nif src, ok := src.([]byte); ok {\nreturn %s, nil\n}\nreturn nil, wrongType(src)\n},\n", crossing("src"))
		if strings.HasSuffix(name, "Oneway") {
			b.WriteString("}\n")
			continue
		}
		b.WriteString("NewResult: func() any { return new([]byte) },\n")
		if share {
			b.WriteString("SharesResult: true,\n")
		}
		fmt.Fprintf(&b, `Result: func(dst, src any) error {
from, ok := src.(*[]byte)
if !ok {
return wrongType(src)
}
to, ok := dst.(*[]byte)
if !ok {
return wrongType(dst)
}
*to = %s
return nil
},
}
`, crossing("*from"))
	}
	return b.String()
}
