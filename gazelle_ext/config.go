package merge

import (
	"flag"
	"log"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// mergeConfig is what counts in one folder. A subfolder begins with a copy, so
// what is behind its references is never changed.
type mergeConfig struct {
	// rel is the folder.
	rel string
	// set provides external packages; nil means Gazelle's go_deps. setDir is
	// the folder that chose it.
	set    *moduleset.Set
	setDir string
	mode   serviceMode
	// defaults of attributes.
	defaults []attrDefault
	// named holds the members of merged binaries that directives here or above
	// name one by one: names of services and absolute labels.
	named map[string]bool
	// binaries are the merge_binary directives of this folder only.
	binaries []mergedBinary
}

func configOf(c *config.Config) *mergeConfig {
	return c.Exts[languageName].(*mergeConfig)
}

func (l *mergeLang) RegisterFlags(_ *flag.FlagSet, _ string, c *config.Config) {
	c.Exts[languageName] = &mergeConfig{}
}

func (l *mergeLang) CheckFlags(flags *flag.FlagSet, c *config.Config) error {
	var errs []error
	l.workspace, errs = moduleset.Load(c.RepoRoot)
	for _, err := range errs {
		log.Print(err)
	}
	l.tree = scan.New(c.RepoRoot)
	if prefix := flags.Lookup("go_prefix"); prefix != nil && prefix.Value.String() != "" {
		l.tree.SetPrefix("", prefix.Value.String())
	}
	return nil
}

func (l *mergeLang) Configure(c *config.Config, rel string, f *rule.File) {
	mc := *configOf(c)
	mc.rel, mc.binaries = rel, nil
	c.Exts[languageName] = &mc

	directives := directivesOf(f)
	l.chooseSet(&mc, directives)
	for _, d := range directives {
		if err := l.apply(&mc, d); err != nil {
			log.Printf("%s: gazelle:%s: %v", d.position, d.key, err)
		}
	}
	l.enterSet(c, &mc, directives)
}
