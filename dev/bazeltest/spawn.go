package bazeltest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Spawn is a command that Bazel ran for an action, or whose result it took from
// a cache. Actions that are up to date have none.
type Spawn struct {
	Mnemonic      string
	TargetLabel   string
	ListedOutputs []string
	CacheHit      bool
	// Remotable reports whether it may run on another machine.
	Remotable bool
	// Runner is what ran it, such as "linux-sandbox".
	Runner string
	// Digest is the key of the result in a cache.
	Digest        Digest
	ActualOutputs []File
}

// File is a file that a command wrote.
type File struct {
	Path   string
	Digest Digest
}

// Digest names a content in a cache.
type Digest struct {
	Hash string
}

// Build builds targets and returns the commands that this took.
func (w *Workspace) Build(args ...string) []Spawn {
	w.t.Helper()
	log := filepath.Join(w.Dir, "bazel-execution.json")
	w.MustBazel(append([]string{"build", "--execution_log_json_file=" + log}, args...)...)
	f, err := os.Open(log)
	if err != nil {
		w.t.Fatal(err)
	}
	defer os.Remove(log)
	defer f.Close()
	var spawns []Spawn
	for decoder := json.NewDecoder(f); ; {
		var s Spawn
		err := decoder.Decode(&s)
		if errors.Is(err, io.EOF) {
			return spawns
		}
		if err != nil {
			w.t.Fatalf("%s: %v", log, err)
		}
		spawns = append(spawns, s)
	}
}

// Output returns the first output of a command, below the folder of all
// outputs.
func (s *Spawn) Output() string {
	if len(s.ListedOutputs) == 0 {
		return ""
	}
	_, path, _ := strings.Cut(s.ListedOutputs[0], "/bin/")
	return path
}
