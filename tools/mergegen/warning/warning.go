// Package warning says what the build prints about frameworks that an adapter
// does not fit, or is not tested with.
package warning

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/internal/hook"
)

// Of returns what the build prints about a package, "" if all is well. It is the
// same for packages of one version that is not tested.
func Of(r *hook.Report) string {
	if !r.Hooked {
		return fmt.Sprintf("service %s: %s: %s\n\t%s: %s", r.Service, r.Misfit(), r.Effect, r.Package, strings.Join(r.Reasons, "\n\t"+r.Package+": "))
	}
	where := ""
	switch {
	case !semver.IsValid(r.Version):
		return ""
	case semver.Compare(r.Version, r.First) < 0:
		where = "older"
	case semver.Compare(r.Version, r.Last) > 0:
		where = "newer"
	default:
		return ""
	}
	return fmt.Sprintf("service %s: %s is %s than the versions that the adapter is tested with, %s to %s. It fits, so that calls are inline; test them",
		r.Service, r.Framework(), where, r.First, r.Last)
}
