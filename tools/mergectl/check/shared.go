package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// sharedFramework is the rule for packages that are shared and should not be.
const sharedFramework = "shared-framework"

// shared finds what services share although each needs its own: frameworks, of
// which no call could be inline, and the packages that know all messages by name.
func shared(w *workspace.Workspace) []Finding {
	var findings []Finding
	for _, s := range w.Shared {
		var told []string
		find := func(pkg, message string, args ...any) {
			i := slices.IndexFunc(s.Prefixes, func(prefix string) bool { return workspace.Below(strings.TrimSuffix(prefix, "/"), pkg) })
			if i < 0 || slices.Contains(told, pkg) {
				return
			}
			told = append(told, pkg)
			findings = append(findings, Finding{
				Severity: Warning, Rule: sharedFramework, Position: Position{s.File, s.Line},
				Message: fmt.Sprintf("%s shares %s: ", s.Label, pkg) + fmt.Sprintf(message, args...),
				Fix:     fmt.Sprintf("leave it out of the packages that %q covers", s.Prefixes[i]),
			})
		}
		for _, f := range scan.Frameworks() {
			for _, pkg := range f.Packages {
				find(pkg, "calls of %s are inline only between services that have their own copies, so all stay RPCs", f.Name)
			}
			for _, pkg := range f.Registries {
				find(pkg, "services that have a message of the same name would register it there twice, which ends the process at the start")
			}
		}
	}
	return findings
}
