package convert

import (
	"strings"
	"testing"
)

func TestSharing(t *testing.T) {
	const rest = `
type E int64
type E32 int32
type Same struct { A int32 ` + "`thrift:\"a,1\"`" + `; L []string ` + "`thrift:\"l,2\" frugal:\"2,default,list<string>\"`" + ` }
type Other struct { A ` + "$OTHER `thrift:\"a,1\"`" + `; Next *Other ` + "`thrift:\"next,2,optional\"`" + `$MORE }
type Args struct { `
	field := func(goType, requirement, thrift string) string {
		return "F " + goType + " `thrift:\"f,1," + requirement + "\" frugal:\"1," + requirement + "," + thrift + "\"`"
	}
	tests := map[string]struct {
		src, dst string
		want     Sharing
	}{
		"no fields":               {"", "", Shared},
		"scalars":                 {field("int32", "default", "i32"), field("int32", "default", "i32"), Shared},
		"list of same":            {field("[]*Same", "default", "list<Same>"), field("[]*Same", "default", "list<Same>"), Shared},
		"map of same":             {field("map[string][]*Same", "default", "map<string:list<Same>>"), field("map[string][]*Same", "default", "map<string:list<Same>>"), Shared},
		"pointer to scalar":       {field("*int32", "optional", "i32"), field("*int32", "optional", "i32"), Shared},
		"enums":                   {field("E", "default", "E"), field("E", "default", "E"), Shared},
		"enums of two widths":     {field("E", "default", "E"), field("E32", "default", "E"), Copied},
		"lists of those":          {field("[]E", "default", "list<E>"), field("[]E32", "default", "list<E>"), Copied},
		"string and binary":       {field("string", "default", "string"), field("[]byte", "default", "binary"), Copied},
		"binaries":                {field("[]byte", "default", "binary"), field("[]byte", "default", "binary"), Shared},
		"required and default":    {field("int32", "required", "i32"), field("int32", "default", "i32"), Shared},
		"optional and default":    {field("*Same", "optional", "Same"), field("*Same", "default", "Same"), PartlyShared},
		"optional and required":   {field("[]string", "optional", "list<string>"), field("[]string", "required", "list<string>"), PartlyShared},
		"value and pointer":       {field("[]Same", "default", "list<Same>"), field("[]*Same", "default", "list<Same>"), PartlyShared},
		"differs deep inside":     {field("*Other", "default", "Other"), field("*Other", "default", "Other"), Copied},
		"map of those":            {field("map[string]*Other", "default", "map<string:Other>"), field("map[string]*Other", "default", "map<string:Other>"), Copied},
		"one field differs":       {field("*Same", "default", "Same") + "; G *Other `thrift:\"g,2\"`", field("*Same", "default", "Same") + "; G *Other `thrift:\"g,2\"`", PartlyShared},
		"other order":             {"F *Same `thrift:\"f,1\"`; G string `thrift:\"g,2\"`", "G string `thrift:\"g,2\"`; F *Same `thrift:\"f,1\"`", PartlyShared},
		"list with a default":     {field("[]string", "optional", "list<string>") + "; Defaulted []string `thrift:\"d,2,optional\" frugal:\"2,optional,list<string>\"`", field("[]string", "optional", "list<string>") + "; Defaulted []string `thrift:\"d,2,optional\" frugal:\"2,optional,list<string>\"`", PartlyShared},
		"default, always written": {"Defaulted int32 `thrift:\"d,2\"`", "Defaulted int32 `thrift:\"d,2\"`", Shared},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			src := strings.NewReplacer("$OTHER", "int32", "$MORE", "; B int32 `thrift:\"b,3\"`").Replace(rest) + test.src + " }"
			dst := strings.NewReplacer("$OTHER", "int32", "$MORE", "").Replace(rest) + test.dst + " }"
			for _, share := range []bool{true, false} {
				p := NewPlan()
				p.HasDefault = func(field string) bool { return strings.HasSuffix(field, ".Args.Defaulted") }
				call := testCall
				call.Share = share
				c := p.Add(named(t, load(t, "ns/api/m", src), "Args"), named(t, load(t, "ns/stock/m", dst), "Args"), call)
				if err := c.Err(); err != nil || len(p.Mismatches()) > 0 {
					t.Fatal(err, p.Mismatches())
				}
				want := test.want
				if !share {
					want = Copied
				}
				if got := c.Sharing(); got != want {
					t.Errorf("with share %v: %s, want %s", share, got, want)
				}
			}
		})
	}
}

// A service that calls itself has one type for both sides, and still the wire
// gives an unset list its default.
func TestSharingOfOneType(t *testing.T) {
	tests := map[string]struct {
		field string
		want  Sharing
	}{
		"scalar with a default": {"Defaulted int32 `thrift:\"d,1,optional\"`", Shared},
		"list with a default":   {"Defaulted []string `thrift:\"d,1,optional\" frugal:\"1,optional,list<string>\"`", PartlyShared},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := NewPlan()
			p.HasDefault = func(string) bool { return true }
			args := named(t, load(t, "ns/api/m", "type Args struct { "+test.field+" }"), "Args")
			call := testCall
			call.Share = true
			if got := p.Add(args, args, call).Sharing(); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestOneTypeOnTwoLinks(t *testing.T) {
	args := named(t, load(t, "shared/m", oneField("[]byte", "binary")), "Args")
	p := NewPlan()
	share := testCall
	share.Share = true
	if got := p.Add(args, args, share).Sharing(); got != Shared {
		t.Errorf("on the link that shares memory: %s", got)
	}
	if got := p.Add(args, args, testCall).Sharing(); got != Copied {
		t.Errorf("on the other link: %s", got)
	}
}
