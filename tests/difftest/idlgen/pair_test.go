package idlgen

import (
	"reflect"
	"strings"
	"testing"
)

func TestRandomDependsOnTheSeedAlone(t *testing.T) {
	for seed := range int64(100) {
		if !reflect.DeepEqual(Random(seed), Random(seed)) {
			t.Errorf("seed %d: two pairs", seed)
		}
	}
	if reflect.DeepEqual(Random(1), Random(2)) {
		t.Error("one pair for two seeds")
	}
}

func TestRandomCoversTheLanguage(t *testing.T) {
	wanted := []string{
		"struct ", "union ", "exception ", "enum ", "typedef ", "extends Parent", "throws (", "oneway void", " void ", "shared.",
		"required ", "optional ", "list<list<", "map<string,map<", "set<", "binary ", "map<shared.", " = {", " = [", " = shared.T",
	}
	var text strings.Builder
	skewed, refused := 0, 0
	for seed := range int64(200) {
		p := Random(seed)
		if p.Caller.Files[MainFile] != p.Callee.Files[MainFile] {
			skewed++
		}
		if len(p.Refused) > 0 {
			refused++
		}
		text.WriteString(p.Caller.Files[MainFile])
	}
	for _, want := range wanted {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in 200 IDLs", want)
		}
	}
	if skewed < 190 || refused < 15 || refused > 50 {
		t.Errorf("of 200 pairs, %d are skewed and %d refused", skewed, refused)
	}
}

func TestFieldsThatDoNotFit(t *testing.T) {
	i32, str, i64 := &typ{base: "i32"}, &typ{base: "string"}, &typ{base: "i64"}
	list := func(t *typ) *typ { return &typ{base: "list", elem: t} }
	tests := map[string]struct {
		src, dst *typ
		want     []Refused
	}{
		"same":                {i32, i32, nil},
		"string and binary":   {str, &typ{base: "binary"}, nil},
		"base types":          {i32, i64, []Refused{{7, "i32", "i64"}}},
		"elements":            {list(i32), list(str), []Refused{{7, "list<i32>", "list<string>"}}},
		"list and set":        {list(i32), &typ{base: "set", elem: i32}, []Refused{{7, "list<i32>", "set<i32>"}}},
		"enum and i32":        {&typ{ref: 0}, i32, nil},
		"enum and string":     {&typ{ref: 0}, str, []Refused{{7, "enum E", "string"}}},
		"inside of a struct":  {list(&typ{ref: 1}), list(&typ{ref: 2}), []Refused{{3, "i32", "string"}}},
		"typedef":             {&typ{ref: 3}, i64, nil},
		"typedef of a struct": {&typ{ref: 4}, &typ{ref: 1}, nil},
	}
	decls := []*decl{
		{kind: enumKind, name: "E"},
		{kind: structKind, name: "A", fields: []*field{{id: 3, typ: i32}}},
		{kind: unionKind, name: "B", fields: []*field{{id: 3, typ: str}, {id: 4, typ: i32}}},
		{kind: typedefKind, name: "ID", target: i64},
		{kind: typedefKind, name: "Alias", target: &typ{ref: 1}},
	}
	for name, test := range tests {
		side := func(arg *typ) *schema {
			m := &method{name: "Do", oneway: true, args: []*field{{id: 7, typ: arg}}}
			return &schema{decls: decls, services: []*service{{name: "Store", methods: []*method{m}}}}
		}
		if got := compare(side(test.src), side(test.dst)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
