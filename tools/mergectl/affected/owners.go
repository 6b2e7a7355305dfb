package affected

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/hmarr/codeowners"

	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// ownersFiles are where GitHub and GitLab look for CODEOWNERS.
var ownersFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}

// owners has who owns which files. Without a CODEOWNERS file nobody does.
type owners struct {
	root  string
	rules codeowners.Ruleset
}

func readOwners(root string) (*owners, error) {
	for _, name := range ownersFiles {
		file, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close()
		rules, err := codeowners.ParseFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return &owners{root, rules}, nil
	}
	return &owners{root: root}, nil
}

// of returns the owners of the BUILD file that has a target.
func (o *owners) of(label string) []string {
	names := []string{}
	dir, _, ok := source.Split(label)
	if !ok {
		return names
	}
	file := path.Join(dir, buildFiles[0])
	for _, base := range buildFiles {
		if _, err := os.Stat(filepath.Join(o.root, filepath.FromSlash(path.Join(dir, base)))); err == nil {
			file = path.Join(dir, base)
		}
	}
	rule, err := o.rules.Match(file)
	if err != nil || rule == nil {
		return names
	}
	for _, owner := range rule.Owners {
		names = append(names, owner.String())
	}
	return names
}
