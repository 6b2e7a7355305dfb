package deadlines_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/deadlines"
	"github.com/gomerge/rules_go_merge/tools/mergegen/glue"
)

// links has item and api call stock, item also over an RPC service of which the build
// does not know all methods, and mail over one that no call can be inline over.
var links = []glue.Link{
	{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: []glue.Method{{Name: "Get", Inline: true}}},
	{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: []glue.Method{{Name: "Get", Inline: true}, {Name: "Watch"}}},
	{Caller: "item", Callee: "stock", RPCService: "AuditService", Methods: []glue.Method{{Name: "List", Inline: true}, {Name: "*", Inline: true}}},
	{Caller: "item", Callee: "mail", RPCService: "MailService", Methods: []glue.Method{{Name: "*"}}},
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		choices map[string]string
		want    string
	}{
		{nil, ""},
		{map[string]string{"item->stock": "cooperative", "item->stock/*/Get": "strict"}, "item->stock cooperative, item->stock/*/Get strict"},
		{map[string]string{"*": "cooperative"}, "* cooperative"},
		{map[string]string{"*->*/*/Get": "cooperative"}, "*->*/*/Get cooperative"},
		{map[string]string{"item->stock/StockService/*": "cooperative"}, "item->stock/StockService cooperative"},
		{map[string]string{"item->stock/AuditService/Sum": "cooperative"}, "item->stock/AuditService/Sum cooperative"},
		{map[string]string{"item->stock/StockService/Watch": "cooperative"}, "item->stock/StockService/Watch cooperative"},
	} {
		rules, err := deadlines.Rules(tt.choices, links)
		if got := strings.Join(rules, ", "); err != nil || got != tt.want {
			t.Errorf("%v: %s, %v, want %s", tt.choices, got, err, tt.want)
		}
	}
}

func TestRulesErrors(t *testing.T) {
	const methods = "it has AuditService/List, StockService/Get, StockService/Watch"
	for _, tt := range []struct {
		choices map[string]string
		want    string
	}{
		{map[string]string{"stock->item": "cooperative"},
			`deadlines has "stock->item", but the merged binary has no such link; it has api->stock, item->stock`},
		{map[string]string{"item->mail": "cooperative"},
			`deadlines has "item->mail", but the merged binary has no such link; it has api->stock, item->stock`},
		{map[string]string{"api->stock/AuditService": "cooperative"},
			`deadlines has "api->stock/AuditService", but "api->stock" has no such method; it has StockService/Get`},
		{map[string]string{"item->stock/StockService/Got": "cooperative"},
			`deadlines has "item->stock/StockService/Got", but "item->stock" has no such method; ` + methods},
		{map[string]string{"item->stock": "cooperative", "item->stock/*": "strict"},
			`deadlines has "item->stock" and "item->stock/*", which are the same; take one out`},
		{map[string]string{"item->stock": "lenient"}, `deadlines has "lenient" for "item->stock"; write strict or cooperative`},
		{map[string]string{"api->item": "strict", "api->mail": "strict"},
			`deadlines has "api->item", but the merged binary has no such link; it has api->stock, item->stock` + "\n" +
				`deadlines has "api->mail", but the merged binary has no such link; it has api->stock, item->stock`},
	} {
		if _, err := deadlines.Rules(tt.choices, links); err == nil || err.Error() != tt.want {
			t.Errorf("%v:\n%v, want\n%s", slices.Sorted(maps.Keys(tt.choices)), err, tt.want)
		}
	}
}

// TestLoad reads what glue writes.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i, name := range []string{"api.json", "item.json"} {
		file := filepath.Join(dir, name)
		if err := (&glue.Manifest{Links: links[i : i+1]}).Save(file); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	got, err := deadlines.Load(files)
	if err != nil || len(got) != 2 || got[0].Caller != "api" || got[1].Methods[1].Name != "Watch" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(files[0], []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := deadlines.Load(files); err == nil || !strings.HasPrefix(err.Error(), files[0]+": ") {
		t.Errorf("%v", err)
	}
}
