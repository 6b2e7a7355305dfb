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
// caller's generated client and each callee's decoder fill, for the methods
// that both sides know.
func register(list []*pair) error {
	var imports, callers, callees bytes.Buffer
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
		fmt.Fprintf(&imports, "caller%d %q\n", i, "difftest/"+p.caller.dir+"/kitex_gen/api")
		fmt.Fprintf(&imports, "callee%d %q\n", i, "difftest/"+p.callee.dir+"/kitex_gen/api")
		fmt.Fprintf(&callers, "%q: {\n", p.caller.service)
		fmt.Fprintf(&callees, "%q: {\n", p.callee.service)
		for _, name := range slices.Sorted(maps.Keys(called)) {
			if _, ok := served[name]; !ok {
				continue
			}
			result := "nil"
			if m := called[name]; m.Result != "" {
				result = fmt.Sprintf("new(caller%d.%s)", i, typeName(m.Result))
			}
			fmt.Fprintf(&callers, "%q: {new(caller%d.%s), %s},\n", name, i, typeName(called[name].Args), result)
			fmt.Fprintf(&callees, "%q: func() any { return callee%d.New%s() },\n", name, i, typeName(served[name].Args))
		}
		callers.WriteString("},\n")
		callees.WriteString("},\n")
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

// Callees makes the argument struct of each method by the name of the callee.
var Callees = map[string]map[string]func() any{
	%s
}
`, &imports, &callers, &callees))
	if err != nil {
		return err
	}
	return write(filepath.Join(out, "pairs.go"), string(source))
}

func typeName(path string) string { return path[strings.LastIndex(path, ".")+1:] }
