// Package merge is a Gazelle language that writes go_merge_service and
// go_merged_binary targets, and lets the imports of Go packages resolve to the
// repositories of dependency sets. It works on the rules of Gazelle's own Go
// language, which must come before it in a gazelle_binary:
//
//	gazelle_binary(
//	    name = "gazelle_binary",
//	    languages = DEFAULT_LANGUAGES + ["@rules_go_merge//gazelle_ext"],
//	)
//
// docs/gazelle.md describes the directives.
package merge

import (
	"github.com/bazelbuild/bazel-gazelle/language"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// languageName is the name of this language and of its configuration.
const languageName = "merge"

type mergeLang struct {
	// BaseLang provides no-op defaults for optional methods.
	language.BaseLang
	workspace *moduleset.Workspace
	tree      *scan.Tree
	// services are the names that services have as hosts, by the folder of the main
	// package, and dialled is what others dial, once all are known.
	services map[string][]string
	dialled  map[string]scan.Dialled
	// unknown holds what was logged of imports that no module of their
	// dependency set provides.
	unknown map[string]bool
}

var (
	_ language.Language            = (*mergeLang)(nil)
	_ language.ModuleAwareLanguage = (*mergeLang)(nil)
)

// NewLanguage returns the language for one run of Gazelle.
func NewLanguage() language.Language {
	return &mergeLang{services: make(map[string][]string), unknown: make(map[string]bool)}
}

func (*mergeLang) Name() string { return languageName }
