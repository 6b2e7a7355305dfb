package merge

import (
	"log"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

// serviceIn is what Resolve is given of a go_merge_service: the folder of its
// main package, and whether the BUILD file has a list of targets.
type serviceIn struct {
	dir    string
	listed bool
}

// resolveTargets sets the targets of a go_merge_service to what other services
// dial that means this one, and logs what may mean another. A list in the BUILD
// file stays as it is.
func (l *mergeLang) resolveTargets(r *rule.Rule, service serviceIn, from label.Label) {
	if service.listed {
		return
	}
	if l.dialled == nil {
		l.dialled = l.tree.Targets(l.services)
	}
	dialled := l.dialled[service.dir]
	if len(dialled.Certain) > 0 {
		r.SetAttr("targets", dialled.Certain)
	}
	if len(dialled.Doubtful) > 0 {
		log.Printf("%s: %s; %s", label.New("", from.Pkg, r.Name()), dialled.Doubt(), dialled.Remedy())
	}
}
