package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/glue"
)

// TestUnhookedServers generates the main package of services of which adapters fit
// only a server, only a client, nothing, or a package that has both.
func TestUnhookedServers(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "main.go")
	args := []string{"--name", "shop", "-o", out}
	for service, reports := range map[string][]hook.Report{
		"api":   {{Role: hook.Client, Hooked: true}, {Role: hook.Server}},
		"item":  {{Role: hook.Client}, {Role: hook.Server, Hooked: true}},
		"mail":  {{Role: hook.Both, Hooked: true}},
		"order": {{Role: hook.Both}},
		"stock": {{Role: hook.Client}, {Role: hook.Server}},
	} {
		args = append(args, "--service", service+"="+service+"="+service+"/main=true=")
		for _, report := range reports {
			report.Service = service
			file := filepath.Join(dir, service+report.Role)
			if err := report.Save(file); err != nil {
				t.Fatal(err)
			}
			args = append(args, "--hook", file)
		}
	}
	cmd := mainCommand()
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for service, unhooked := range map[string]bool{"api": true, "item": false, "mail": false, "order": true, "stock": true} {
		_, line, _ := strings.Cut(string(src), `{Name: "`+service+`"`)
		line, _, _ = strings.Cut(line, "\n")
		if strings.Contains(line, "Unhooked: true") != unhooked {
			t.Errorf("%s: unhooked is not %t in %s", service, unhooked, line)
		}
	}
}

// TestDeadlines generates the main package of services that call each other.
func TestDeadlines(t *testing.T) {
	dir := t.TempDir()
	links, out := filepath.Join(dir, "links.json"), filepath.Join(dir, "main.go")
	manifest := glue.Manifest{Links: []glue.Link{{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: []glue.Method{{Name: "Get", Inline: true}}}}}
	if err := manifest.Save(links); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ deadline, want, err string }{
		{"item->stock=cooperative", `"item->stock cooperative",`, ""},
		{"item->mail=cooperative", "", `deadlines has "item->mail", but the merged binary has no such link; it has item->stock`},
		{"item->stock", "", `--deadline "item->stock" is not of the form LINK=strict|cooperative`},
	} {
		cmd := mainCommand()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs([]string{"--name=shop", "-o", out, "--service=item=item=item/main=true=", "--links", links, "--deadline", tt.deadline})
		err := cmd.Execute()
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%s: %v, want %s", tt.deadline, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
		}
		if src, err := os.ReadFile(out); err != nil || !strings.Contains(string(src), tt.want) {
			t.Errorf("%s: got\n%s%v, want %s", tt.deadline, src, err, tt.want)
		}
	}
}
