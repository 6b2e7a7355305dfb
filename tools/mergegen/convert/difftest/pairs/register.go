package main

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// register writes the package that the test imports: the structs that each
// caller's generated client allocates, for the methods that both sides know.
func register(list []*pair) error {
	var imports, body bytes.Buffer
	for i, p := range list {
		called, err := p.caller.methods()
		if err != nil {
			return err
		}
		served, err := p.callee.methods()
		if err != nil {
			return err
		}
		fmt.Fprintf(&imports, "_ %q\n", "difftest/"+filepath.Join(out, p.name, "glue"))
		fmt.Fprintf(&imports, "api%d %q\n", i, "difftest/"+p.caller.dir+"/kitex_gen/api")
		fmt.Fprintf(&body, "%q: {\n", p.caller.service)
		for _, name := range slices.Sorted(maps.Keys(called)) {
			if _, ok := served[name]; !ok {
				continue
			}
			m := called[name]
			fmt.Fprintf(&body, "%q: {new(api%d.%s), ", name, i, typeName(m.Args))
			if m.Result == "" {
				body.WriteString("nil},\n")
			} else {
				fmt.Fprintf(&body, "new(api%d.%s)},\n", i, typeName(m.Result))
			}
		}
		body.WriteString("},\n")
	}
	source, err := format.Source(fmt.Appendf(nil, `package pairs

import (
	%s
)

// Callers holds the argument and result structs of each method by the name of
// the caller. The result of a oneway method is nil.
var Callers = map[string]map[string][2]any{
	%s
}
`, &imports, &body))
	if err != nil {
		return err
	}
	return write(filepath.Join(out, "pairs.go"), string(source))
}

func typeName(path string) string { return path[strings.LastIndex(path, ".")+1:] }
