package main

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gomerge/rules_go_merge/dev/docgen/moduleinfo"
)

// message encodes fields of a protobuf message, given as number and value.
func message(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		number := protowire.Number(fields[i].(int))
		switch value := fields[i+1].(type) {
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), value)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), value)
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), uint64(value))
		}
	}
	return b
}

var attributes = []any{
	3, message(1, "name", 2, "The name.", 3, 1, 4, 1),
	3, message(1, "deps", 2, "What it\n  needs: a|b.\n\nMore:\n- one\n- two", 3, 7, 5, message(1, "AInfo", 1, "BInfo"), 5, message(1, "CInfo"), 6, "[]"),
}

func TestPage(t *testing.T) {
	tests := []struct {
		name    string
		message []byte
		want    string
	}{
		{"module", message(5, "About the file."), `
## //a:b.bzl

About the file.
`},
		{"rule", message(1, message(append([]any{1, "thing", 2, "Makes things.", 5, message(1, "AInfo"), 7, 1}, attributes...)...)), `
### thing

Makes things.

Executable. Provides AInfo.

| attribute | type | default | meaning |
| --- | --- | --- | --- |
| ` + "`name`" + ` | name | required | The name. |
| ` + "`deps`" + ` | list of labels with AInfo and BInfo or CInfo | ` + "`[]`" + ` | What it needs: a\|b.<br><br>More:<br>- one<br>- two |
`},
		{"repository rule", message(8, message(append([]any{1, "fetch", 2, "Gets one.", 3, message(1, "repo_mapping"), 5, message(1, "origin")}, attributes[:2]...)...)), `
### fetch

Gets one.

| attribute | type | default | meaning |
| --- | --- | --- | --- |
| ` + "`name`" + ` | name | required | The name. |
`},
		{"provider", message(2, message(1, "AInfo", 2, "Tells things.", 3, message(1, "size", 2, "int: how many."))), `
### AInfo

Tells things.

| field | meaning |
| --- | --- |
| ` + "`size`" + ` | int: how many. |
`},
		{"function", message(3, message(1, "things", 3, "Makes many.", 2, message(1, "count", 2, "How many.", 3, "2"), 4, message(1, "their names."))), `
### things

Makes many.

| parameter | default | meaning |
| --- | --- | --- |
| ` + "`count`" + ` | ` + "`2`" + ` | How many. |

Returns: their names.
`},
		{"extension", message(7, message(1, "deps", 2, "Gets things.", 3, message(append([]any{1, "from", 2, "One."}, attributes[:2]...)...))), `
### deps

Gets things.

#### deps.from

One.

| attribute | type | default | meaning |
| --- | --- | --- | --- |
| ` + "`name`" + ` | name | required | The name. |
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			module, err := moduleinfo.Decode(tt.message)
			if err != nil {
				t.Fatal(err)
			}
			var page strings.Builder
			if err := write(&page, []entry{{"//a:b.bzl", module}}); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(page.String(), tt.want) {
				t.Errorf("got:\n%s\nwant at the end:\n%s", page.String(), tt.want)
			}
		})
	}
}

func TestUndocumented(t *testing.T) {
	module := moduleinfo.Module{Rules: []moduleinfo.Rule{{Call: moduleinfo.Call{
		Name:       "thing",
		Attributes: []moduleinfo.Attribute{{Name: "deps"}},
	}}}}
	err := write(new(strings.Builder), []entry{{"//a:b.bzl", module}})
	if err == nil || !strings.Contains(err.Error(), "deps of thing has no documentation") {
		t.Errorf("error %v does not name the attribute and the rule", err)
	}
}

func TestMalformed(t *testing.T) {
	for name, message := range map[string][]byte{
		"cut short":    message(1, message(1, "thing"))[:4],
		"unknown type": message(1, message(3, message(1, "deps", 3, 99))),
	} {
		if module, err := moduleinfo.Decode(message); err == nil {
			t.Errorf("%s: no error, but %+v", name, module)
		}
	}
}
