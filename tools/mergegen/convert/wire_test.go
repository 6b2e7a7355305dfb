package convert

import (
	"fmt"
	"strings"
	"testing"
)

func (t *tagType) String() string {
	if len(t.args) == 0 {
		return t.name
	}
	var args []string
	for _, arg := range t.args {
		args = append(args, arg.String())
	}
	return t.name + "(" + strings.Join(args, " ") + ")"
}

func TestParseTag(t *testing.T) {
	tests := []struct{ thrift, frugal, want string }{
		{"sku,1", "1,default,string", "1 sku default string"},
		{"sku,1,required", "1,required,string", "1 sku required string"},
		{"sku,-5,optional", "-5,optional,string,nocopy", "-5 sku optional string"},
		{"sku,1,default", "", "1 sku default <nil>"},
		{"m,3", "3,default,map<string:list<base.Point>>", "3 m default map(string list(base.Point))"},
		{"m,3", "3,default,map<map<i32:set<bool>>:map<i8:U>>", "3 m default map(map(i32 set(bool)) map(i8 U))"},
		{"sku", "", `unknown form of thrift tag "sku"`},
		{"sku,x", "", `unknown form of thrift tag "sku,x"`},
		{"sku,40000", "", `unknown form of thrift tag "sku,40000"`},
		{"sku,1,needed", "", `unknown form of thrift tag "sku,1,needed"`},
		{"sku,1", "1,default", `unknown form of frugal tag "1,default"`},
		{"sku,1", "1,default,", `unknown form of frugal tag "1,default,"`},
		{"sku,1", "1,default,list<i32", `unknown form of frugal tag "1,default,list<i32"`},
		{"sku,1", "1,default,list<>", `unknown form of frugal tag "1,default,list<>"`},
		{"sku,1", "1,default,list<i32>>", `unknown form of frugal tag "1,default,list<i32>>"`},
		{"sku,1", "1,default,i32:i32", `unknown form of frugal tag "1,default,i32:i32"`},
	}
	for _, test := range tests {
		got := ""
		if tag, err := parseTag(test.thrift, test.frugal); err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprint(tag.id, " ", tag.name, " ", [...]string{"default", "required", "optional"}[tag.requirement], " ", tag.thrift)
		}
		if got != test.want {
			t.Errorf("%q, %q: got %s, want %s", test.thrift, test.frugal, got, test.want)
		}
	}
}

func FuzzParseTagType(f *testing.F) {
	f.Add("map<string:list<base.Point>>")
	f.Add("<<::>>")
	f.Fuzz(func(t *testing.T, s string) {
		typ, rest := parseTagType(s)
		if typ != nil && !strings.HasSuffix(s, rest) {
			t.Errorf("rest %q of %q", rest, s)
		}
	})
}
