package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/scan"
)

// Ignored is a folder that git ignores, with Go files in it or below it.
type Ignored struct {
	Dir string `json:"dir"`
	// Pattern is where the pattern is, as "file:line".
	Pattern string `json:"pattern"`
}

// readIgnored finds the folders at or below dir that git ignores. Git itself
// decides, since files that it tracks are not ignored whatever the patterns say.
// Without a repository, or in one that git does not read, patterns alone count.
func (w *Workspace) readIgnored(dir string) {
	g := &git{dir: w.File(dir)}
	folders, err := g.ignored()
	if errors.Is(err, exec.ErrNotFound) {
		if exists(w.File(".gitignore")) {
			w.remark("git is not there to say which folders .gitignore leaves out, so all are taken; --exclude leaves out more")
		}
		return
	}
	if err != nil || slices.Contains(folders, ".") { // what the user names is not left out
		if err != nil && !strings.Contains(err.Error(), "not a git repository") {
			w.remark("git does not read this repository, so .gitignore files alone say what to leave out: %v", err)
		}
		bare, tempErr := os.MkdirTemp("", "mergectl-*")
		defer os.RemoveAll(bare)
		g.bare = bare
		if folders, err = g.ignored(); tempErr != nil {
			err = tempErr
		}
	}
	patterns := make(map[string]string)
	if err == nil {
		patterns, err = g.patterns(folders)
	}
	if err != nil {
		w.remark("git does not say which folders .gitignore leaves out, so all are taken; --exclude leaves out more: %v", err)
	}
	for folder, pattern := range patterns {
		if !filepath.IsAbs(pattern) {
			pattern = path.Join(dir, pattern)
		}
		w.ignored[path.Join(dir, folder)] = pattern
	}
}

// git runs git in a folder.
type git struct {
	dir string
	// bare is an empty folder to make a repository in, if dir is in none.
	bare string
}

// ignored returns folders, relative to g.dir, among which are those that git
// ignores, but not what is in these.
func (g *git) ignored() ([]string, error) {
	if g.bare != "" {
		if _, err := g.run("", "init", "--quiet", "--bare", "--template=", g.bare); err != nil {
			return nil, err
		}
	}
	out, err := g.run("", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
	if err != nil {
		return nil, err
	}
	var folders []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if folder, ok := strings.CutSuffix(name, "/"); ok {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}

// patterns returns for folders that git ignores where the pattern is by which it
// does. It has none for those of which git ignores at most what is in them.
func (g *git) patterns(folders []string) (map[string]string, error) {
	if len(folders) == 0 {
		return nil, nil
	}
	out, err := g.run(strings.Join(folders, "\x00"), "check-ignore", "--verbose", "--stdin", "-z")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return nil, nil // none of them
	} else if err != nil {
		return nil, err
	}
	prefix, err := g.run("", "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	patterns := make(map[string]string)
	fields := strings.Split(string(out), "\x00")
	for ; len(fields) >= 4; fields = fields[4:] {
		file, line, pattern, folder := fields[0], fields[1], fields[2], fields[3]
		if !strings.HasPrefix(pattern, "!") {
			// Files are named from the top of the repository.
			if !filepath.IsAbs(file) {
				file = relative(strings.TrimSpace(string(prefix)), file)
			}
			patterns[folder] = file + ":" + line
		}
	}
	return patterns, nil
}

// relative spells the way from a folder to a file of the same one.
func relative(from, file string) string {
	rel, err := filepath.Rel("/"+from, "/"+file)
	if err != nil {
		return file // which both being absolute rules out
	}
	return filepath.ToSlash(rel)
}

// run runs a command with an input, and returns what it prints.
func (g *git) run(input string, args ...string) ([]byte, error) {
	if g.bare != "" && args[0] != "init" {
		args = append([]string{"--git-dir=" + g.bare, "--work-tree=" + g.dir}, args...)
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = g.dir
	cmd.Stdin = strings.NewReader(input)
	for _, variable := range os.Environ() {
		// In a hook these name the repository that the hook is of.
		name, _, _ := strings.Cut(variable, "=")
		if !slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"}, name) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if first, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); err != nil && first != "" {
		err = fmt.Errorf("%w: %s", err, first)
	}
	return out, err
}

// keepNeeded visits folders that git ignores but the rest of the repository
// needs: those of packages that it imports, such as generated code, and of
// modules that the go.work file uses. The others are left out.
func (w *Workspace) keepNeeded() error {
	if err := w.listIgnored(); err != nil {
		return err
	}
	if w.Work != nil {
		for _, use := range w.Work.Use {
			if err := w.keep(path.Clean(use.Path)); err != nil {
				return err
			}
		}
	}
	for i := 0; i < len(w.Packages) && len(w.Ignored) > 0; i++ { // Packages grows
		if err := w.keepImports(w.Packages[i]); err != nil {
			return err
		}
	}
	slices.Sort(w.Packages)
	w.Packages = slices.Compact(w.Packages)
	slices.Sort(w.buildDirs)
	w.buildDirs = slices.Compact(w.buildDirs)
	return nil
}

// keepImports keeps the folders of what the package in folder dir, or a test of
// it, imports.
func (w *Workspace) keepImports(dir string) error {
	for _, p := range []*scan.Package{w.Tree.Package(dir), w.Tree.Tests(dir)} {
		if p == nil {
			continue
		}
		for _, importPath := range p.Imports {
			if folder, ok := w.Tree.Resolve(dir, importPath); ok {
				if err := w.keep(folder); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keep visits the ignored folder that dir is in, if there is one.
func (w *Workspace) keep(dir string) error {
	i := slices.IndexFunc(w.Ignored, func(ignored Ignored) bool { return Below(ignored.Dir, dir) })
	if i < 0 || !exists(w.File(dir)) {
		return nil
	}
	kept := w.Ignored[i].Dir
	w.Ignored = slices.Delete(w.Ignored, i, i+1)
	delete(w.ignored, kept)
	return w.visit(kept)
}

// listIgnored sets what was left out, without folders that have no Go files.
func (w *Workspace) listIgnored() error {
	for dir, pattern := range w.ignored {
		found := errors.New("found")
		err := filepath.WalkDir(w.File(dir), func(name string, entry fs.DirEntry, err error) error {
			switch base := entry.Name(); {
			case err != nil:
				return err
			case entry.IsDir() && leftOut(base) && name != w.File(dir):
				return fs.SkipDir
			case !entry.IsDir() && (base == "go.mod" || strings.HasSuffix(base, ".go")):
				return found
			}
			return nil
		})
		switch {
		case err == found:
			w.Ignored = append(w.Ignored, Ignored{dir, pattern})
		case err != nil:
			return err
		}
	}
	slices.SortFunc(w.Ignored, func(a, b Ignored) int { return strings.Compare(a.Dir, b.Dir) })
	return nil
}
