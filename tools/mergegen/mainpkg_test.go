package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/hook"
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
