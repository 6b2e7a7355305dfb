// Package history reads a Git repository's commits by running git.
package history

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// Repository is a Git repository, or a folder of one: paths are relative to
// the folder, with slashes.
type Repository struct {
	dir string

	mu     sync.Mutex
	ranges map[string]*Range
	// commits are those that were read, by hash.
	commits map[string]Commit
	// cut are the commits at which a shallow clone ends, nil if they were not read.
	cut map[string]bool
}

// Commit is one that changed files of the folder.
type Commit struct {
	Hash string
	Time time.Time
	// Files are those that it changed.
	Files []string
}

// Range has the commits between two others.
type Range struct {
	// Missing are those of the second that the first does not have and that change
	// files of the folder, newest first. Extra is how many commits the first has that
	// the second does not.
	Missing []Commit
	Extra   int
}

// Change is one file that differs between two commits.
type Change struct {
	Path string
	// Status is 'A' for an added file, 'D' for a deleted one, or another letter of
	// git's.
	Status byte
	// Indirect is set if it is a symbolic link or a submodule at either commit: what
	// is below its path is in no list of changes.
	Indirect bool
}

// Open returns the repository that folder dir is in.
func Open(dir string) (*Repository, error) {
	r := &Repository{dir: dir, ranges: make(map[string]*Range), commits: make(map[string]Commit)}
	if _, err := r.git("rev-parse", "--git-dir"); err != nil {
		return nil, err
	}
	return r, nil
}

// Resolve returns the hash of the commit that a name stands for.
func (r *Repository) Resolve(name string) (string, error) {
	out, err := r.git("rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("%s is not a commit of the repository %s; fetch it, or write another", name, r.dir)
	}
	return strings.TrimSpace(out), nil
}

// Dirty returns the files that Git knows and that are not as in HEAD.
func (r *Repository) Dirty() ([]string, error) {
	out, err := r.git("diff", "--name-only", "--relative", "-z", "HEAD", "--", ".")
	if err != nil {
		return nil, err
	}
	return split(out), nil
}

// Between returns the commits from one to another. Both are names that [Resolve]
// takes. Merges count where they change files against both parents.
func (r *Repository) Between(from, to string) (*Range, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := from + "..." + to
	if known := r.ranges[key]; known != nil {
		return known, nil
	}
	for _, name := range []string{from, to} {
		if fullHash.MatchString(name) {
			continue // which git says itself if it has none
		}
		if _, err := r.Resolve(name); err != nil {
			return nil, err
		}
	}
	out, err := r.git("rev-list", "--left-right", key, "--")
	if err != nil {
		for _, name := range []string{from, to} {
			if _, err := r.Resolve(name); err != nil {
				return nil, err
			}
		}
		return nil, err
	}
	result := &Range{}
	var hashes []string
	for line := range strings.Lines(out) {
		if hash, ok := strings.CutPrefix(strings.TrimSpace(line), ">"); ok {
			hashes = append(hashes, hash)
		} else {
			result.Extra++
		}
	}
	if err := r.notCut(out, from, to); err != nil {
		return nil, err
	}
	if err := r.fill(result, hashes); err != nil {
		return nil, err
	}
	r.ranges[key] = result
	return result, nil
}

// notCut returns an error if commits between two others, one a line, are where a
// shallow clone ends: what is behind them is not known, and they seem to change all
// files.
func (r *Repository) notCut(commits, from, to string) error {
	cut, err := r.ends()
	if err != nil {
		return err
	}
	for line := range strings.Lines(commits) {
		if hash := strings.TrimLeft(strings.TrimSpace(line), "<>"); cut[hash] {
			return fmt.Errorf("the history of %s ends at %s, between %s and %s; run git fetch --unshallow", r.dir, hash, from, to)
		}
	}
	return nil
}

// ends returns the commits at which a shallow clone ends.
func (r *Repository) ends() (map[string]bool, error) {
	if r.cut != nil {
		return r.cut, nil
	}
	name, err := r.git("rev-parse", "--path-format=absolute", "--git-path", "shallow")
	if err != nil {
		return nil, err
	}
	data, err := regular.ReadFile(strings.TrimSuffix(name, "\n"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.cut = make(map[string]bool)
	for hash := range strings.FieldsSeq(string(data)) {
		r.cut[hash] = true
	}
	return r.cut, nil
}

// fill adds the commits of some hashes that change files of the folder.
func (r *Repository) fill(result *Range, hashes []string) error {
	if err := r.readCommits(hashes); err != nil {
		return err
	}
	for _, hash := range hashes {
		if c := r.commits[hash]; len(c.Files) > 0 {
			result.Missing = append(result.Missing, c)
		}
	}
	return nil
}

var fullHash = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// readCommits reads those of some commits that are not known, each once: what a
// commit changes takes git longer than to list it.
func (r *Repository) readCommits(hashes []string) error {
	var unknown strings.Builder
	for _, hash := range hashes {
		if _, ok := r.commits[hash]; !ok {
			unknown.WriteString(hash + "\n")
		}
	}
	if unknown.Len() == 0 {
		return nil
	}
	out, err := r.gitWith(unknown.String(), "log", "--no-walk=unsorted", "--stdin", "--no-renames", "--relative", "--name-only", "-z", "--diff-merges=combined", "--format=%x01%H %ct")
	if err != nil {
		return err
	}
	commits, err := parseLog(out)
	for _, c := range commits {
		r.commits[c.Hash] = c
	}
	return err
}

// parseLog reads commits, each after a byte 1, with what follows ended by a byte 0.
func parseLog(out string) ([]Commit, error) {
	var commits []Commit
	for i, text := range strings.Split(out, "\x01") {
		if i == 0 {
			continue
		}
		header, files, _ := strings.Cut(text, "\x00")
		hash, seconds, ok := strings.Cut(header, " ")
		unix, err := strconv.ParseInt(strings.TrimSpace(seconds), 10, 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("git log printed %q, which is not a commit with its time", header)
		}
		c := Commit{Hash: hash, Time: time.Unix(unix, 0).UTC()}
		for _, file := range split(files) {
			if file = strings.TrimPrefix(file, "\n"); file != "" {
				c.Files = append(c.Files, file)
			}
		}
		commits = append(commits, c)
	}
	return commits, nil
}

// Changes returns the files that differ between two commits. A renamed file is a
// deleted and an added one.
func (r *Repository) Changes(from, to string) ([]Change, error) {
	out, err := r.git("diff", "--no-renames", "--relative", "--ignore-submodules=none", "--raw", "-z", from, to, "--", ".")
	if err != nil {
		return nil, err
	}
	fields := split(out)
	if len(fields)%2 != 0 {
		return nil, fmt.Errorf("git diff printed %d fields, want pairs of status and name", len(fields))
	}
	var changes []Change
	for i := 0; i < len(fields); i += 2 {
		// The modes, the hashes and the status.
		words := strings.Fields(strings.TrimPrefix(fields[i], ":"))
		if len(words) != 5 {
			return nil, fmt.Errorf("git diff printed %q, which is not the status of a file", fields[i])
		}
		changes = append(changes, Change{Path: fields[i+1], Status: words[4][0], Indirect: indirect(words[0]) || indirect(words[1])})
	}
	return changes, nil
}

// indirect reports whether a mode of git's is that of a symbolic link or of a
// submodule.
func indirect(mode string) bool { return mode == "120000" || mode == "160000" }

// Read returns a file as a commit has it, and nil if it does not.
func (r *Repository) Read(commit, file string) ([]byte, error) {
	out, err := r.git("ls-tree", "--name-only", "-z", commit, "--", "./"+file)
	if err != nil || out == "" {
		return nil, err
	}
	text, err := r.git("cat-file", "blob", commit+":./"+file)
	return []byte(text), err
}

// Files returns the files of a commit with one of some base names.
func (r *Repository) Files(commit string, bases ...string) ([]string, error) {
	out, err := r.git("ls-tree", "-r", "-z", "--name-only", commit)
	return named(split(out), bases), err
}

// Links returns where the symbolic links of a commit lead to within the folder.
func (r *Repository) Links(commit string) (map[string]string, error) {
	out, err := r.git("ls-tree", "-r", "-z", commit)
	if err != nil {
		return nil, err
	}
	links := make(map[string]string)
	for _, entry := range split(out) {
		meta, file, ok := strings.Cut(entry, "\t")
		if !ok || !strings.HasPrefix(meta, "120000 ") {
			continue
		}
		target, err := r.git("cat-file", "blob", commit+":./"+file)
		if err != nil {
			return nil, err
		}
		if to := path.Join(path.Dir(file), target); !path.IsAbs(target) && to != ".." && !strings.HasPrefix(to, "../") {
			if to == "." {
				to = ""
			}
			links[file] = to
		}
	}
	return links, nil
}

// Tracked returns the files of the work tree that Git knows, with one of some base
// names.
func (r *Repository) Tracked(bases ...string) ([]string, error) {
	out, err := r.git("ls-files", "-z")
	return named(split(out), bases), err
}

func named(files, bases []string) []string {
	return slices.DeleteFunc(files, func(file string) bool { return !slices.Contains(bases, path.Base(file)) })
}

func split(out string) []string {
	var parts []string
	for part := range strings.SplitSeq(out, "\x00") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// git runs git with the user's repository and without the user's preferences for
// output.
func (r *Repository) git(args ...string) (string, error) { return r.gitWith("", args...) }

// gitWith runs git with an input.
func (r *Repository) gitWith(input string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "core.quotePath=false", "-c", "diff.noprefix=false", "-c", "log.showSignature=false"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", errors.New("git is not there, and what is in the history is read with it; install it")
		}
		return "", fmt.Errorf("git %s in %s: %s", args[0], r.dir, strings.TrimSpace(stderr.String()+" "+err.Error()))
	}
	return stdout.String(), nil
}
