package overlay

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/typecheck"
	"github.com/gomerge/rules_go_merge/tools/mergegen/warning"
)

// Hook is what a framework adapter does to a package. Where the package is not
// as the adapter needs it, it is left as it is, for the service to build with
// its calls as RPCs.
type Hook struct {
	// Report is completed by [Run].
	Report hook.Report
	// MissingImports are packages that the added files import and that the
	// package does not reach. If there are any, it is not hooked.
	MissingImports []string
	// Check returns what the compiler would find wrong with the copies.
	Check func([]typecheck.File) ([]string, error)
	// Required is why the service cannot do without the hook, "" if it can.
	Required string
}

// maxReasons bounds what is told: one change can be the cause of hundreds of
// errors.
const maxReasons = 10

// judge decides whether the hook fits. missing are the renames of functions
// that the package does not declare, outputs the copies.
func (c Config) judge(missing []Rename, outputs []output) error {
	report := &c.Hook.Report
	for _, path := range c.Hook.MissingImports {
		report.Reasons = append(report.Reasons, "it does not import "+path+", which the adapter needs")
	}
	for _, r := range missing {
		report.Reasons = append(report.Reasons, fmt.Sprintf("it does not declare %s", r))
	}
	if len(report.Reasons) == 0 {
		var files []typecheck.File
		for _, o := range outputs {
			files = append(files, typecheck.File{Name: o.path, Text: o.text})
		}
		problems, err := c.Hook.Check(files)
		if err != nil {
			return fmt.Errorf("overlay of package %s for service %s: whether the adapter fits: %w", c.ImportMap, c.Service, err)
		}
		report.Reasons = problems
	}
	if more := len(report.Reasons) - maxReasons; more > 0 {
		report.Reasons = append(report.Reasons[:maxReasons:maxReasons], fmt.Sprintf("and %d more", more))
	}
	report.Hooked = len(report.Reasons) == 0
	if report.Hooked {
		report.Effect = ""
	} else if c.Hook.Required != "" {
		return fmt.Errorf("%s\n%s", warning.Of(report), c.Hook.Required)
	}
	return nil
}

// unhooked returns the configuration for a package that the hook does not fit.
// The files that it would add are there, and empty.
func (c Config) unhooked() Config {
	c.stub, c.Hook, c.Renames = "package "+c.packageName()+"\n", nil, nil
	return c
}
