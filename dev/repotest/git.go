package repotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Git is a Git repository with the branch main.
type Git struct {
	// Dir is its folder.
	Dir string
	t   testing.TB
}

// NewGit makes an empty repository.
func NewGit(t testing.TB) *Git {
	t.Helper()
	return InitGit(t, t.TempDir())
}

// InitGit makes a repository of a folder, without a commit.
func InitGit(t testing.TB, dir string) *Git {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	g := &Git{Dir: dir, t: t}
	g.Run("init", "-q", "-b", "main")
	return g
}

// Run runs git without the user's settings, and returns what it prints.
func (g *Git) Run(args ...string) string { return g.run("", "", args...) }

// RunFrom runs git as [Git.Run] does, with a file as its input.
func (g *Git) RunFrom(file string, args ...string) string { return g.run("", file, args...) }

func (g *Git) run(date, input string, args ...string) string {
	g.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = g.Dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	if date != "" {
		cmd.Env = append(cmd.Env, "GIT_AUTHOR_DATE="+date+"T12:00:00Z", "GIT_COMMITTER_DATE="+date+"T12:00:00Z")
	}
	if input != "" {
		file, err := os.Open(input)
		if err != nil {
			g.t.Fatal(err)
		}
		defer file.Close()
		cmd.Stdin = file
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.t.Fatalf("git %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// Write writes files, and removes those without a text.
func (g *Git) Write(files map[string]string) {
	g.t.Helper()
	for name, text := range files {
		path := filepath.Join(g.Dir, filepath.FromSlash(name))
		if text == "" {
			if err := os.Remove(path); err != nil {
				g.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			g.t.Fatal(err)
		}
	}
}

// Commit writes files as [Git.Write] does and returns the hash of a commit of them,
// made on a date such as 2026-12-31, or now if that is "".
func (g *Git) Commit(date string, files map[string]string) string {
	g.t.Helper()
	g.Write(files)
	g.Run("add", "-A")
	g.run(date, "", "commit", "-q", "--allow-empty", "-m", "A commit.")
	return g.Run("rev-parse", "HEAD")
}
