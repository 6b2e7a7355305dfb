package check

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// rulesGo finds a rules_go that does not work with the Go SDKs. One that the
// workspace overrides is not judged.
func rulesGo(w *workspace.Workspace, sdks []gosdk.SDK) ([]Finding, error) {
	module, err := modulefile.Load(w.Root)
	if err != nil {
		return nil, err
	}
	dep, ok := module.Dep("rules_go")
	if !ok || dep.Version == "" || module.Overridden("rules_go") {
		return nil, nil
	}
	for _, sdk := range sdks {
		if pins.RulesGoFits(dep.Version, sdk.Version) {
			continue
		}
		finding := Finding{
			Severity: Error, Rule: "rules-go", Position: Position{dep.File, dep.Line},
			Message: fmt.Sprintf("rules_go %s needs a newer Go than %s: it requires modules that do not build with it", dep.Version, sdk.Version),
			Fix:     fmt.Sprintf("take rules_go %s, or a newer Go", pins.RulesGoOfOldGo),
		}
		if sdk.File != "" {
			finding.Other = &Position{sdk.File, sdk.Line}
		}
		return []Finding{finding}, nil
	}
	return nil, nil
}
