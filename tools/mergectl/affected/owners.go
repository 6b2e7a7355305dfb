package affected

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hmarr/codeowners"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/source"
)

// ownersFiles are where GitHub and GitLab look for CODEOWNERS.
var ownersFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}

// owners has who owns which files. Without a CODEOWNERS file nobody does.
type owners struct {
	root     string
	sections []section
}

// section is a part of the file with its own rules. GitHub's files have one. In
// GitLab's a file has the owners of each section, and rules without owners those of
// the section's heading.
type section struct {
	rules   codeowners.Ruleset
	heading []string
}

// heading matches the first line of a section, such as ^[Docs][2] @writers.
var heading = regexp.MustCompile(`^\s*\^?\[[^\]]+\](?:\[\d+\])?(.*)$`)

func readOwners(root string) (*owners, error) {
	for _, name := range ownersFiles {
		data, err := regular.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sections, err := parseOwners(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return &owners{root, sections}, nil
	}
	return &owners{root: root}, nil
}

func parseOwners(text string) ([]section, error) {
	var sections []section
	var one section
	var lines strings.Builder
	end := func() (err error) {
		one.rules, err = codeowners.ParseFile(strings.NewReader(lines.String()), codeowners.WithOwnerMatchers([]codeowners.OwnerMatcher{codeowners.OwnerMatchFunc(matchOwner)}))
		sections = append(sections, one)
		return err
	}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		found := heading.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if found == nil {
			lines.WriteString(line)
			continue
		}
		if err := end(); err != nil {
			return nil, err
		}
		rest, _, _ := strings.Cut(found[1], "#")
		one = section{heading: strings.Fields(rest)}
		// Messages name lines.
		lines.Reset()
		lines.WriteString(strings.Repeat("\n", number))
	}
	return sections, end()
}

// matchOwner takes any name or address: which there are is for others to say.
func matchOwner(text string) (codeowners.Owner, error) {
	if !strings.Contains(text, "@") {
		return codeowners.Owner{}, codeowners.ErrNoMatch
	}
	return codeowners.Owner{Value: text, Type: codeowners.EmailOwner}, nil
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
	for _, section := range o.sections {
		rule, err := section.rules.Match(file)
		if err != nil || rule == nil {
			continue
		}
		found := section.heading
		if len(rule.Owners) > 0 {
			found = nil
			for _, owner := range rule.Owners {
				found = append(found, owner.String())
			}
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
