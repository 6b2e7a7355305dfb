package rebuild

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// damages are how an entry goes bad on a server's disk or on the way, by the
// folder of bazel-remote that has it: "cas" has contents, "ac" which of them a
// command wrote.
var damages = []struct {
	folder string
	change func(data []byte) []byte
}{
	{"cas", func(data []byte) []byte {
		changed := bytes.Clone(data)
		changed[len(changed)/2] ^= 1
		return changed
	}},
	{"cas", func(data []byte) []byte { return data[:len(data)/2] }},
	{"ac", func(data []byte) []byte { return bytes.Repeat([]byte{0xff}, len(data)) }},
	{"ac", func(data []byte) []byte { return data[:len(data)/2] }},
	// A well-formed result without outputs, of a command that succeeded.
	{"ac", func([]byte) []byte { return []byte{0x20, 0} }},
}

// damage changes what the server keeps of each command for the services, in one
// way after the other. It returns the first outputs of those commands.
func damage(t *testing.T, server *cacheServer, spawns []bazeltest.Spawn) []string {
	t.Helper()
	// What two commands write alike, one of them may find right again when the
	// other has run.
	files := map[string]int{}
	for _, s := range spawns {
		for _, file := range s.ActualOutputs {
			files[file.Digest.Hash]++
		}
	}
	var damaged []string
	for _, s := range spawns {
		if !ofServices(s) || files[s.ActualOutputs[0].Digest.Hash] > 1 {
			continue
		}
		d := damages[len(damaged)%len(damages)]
		damaged = append(damaged, s.Output())
		hash := s.Digest.Hash
		if d.folder == "cas" {
			hash = s.ActualOutputs[0].Digest.Hash
		}
		paths, err := filepath.Glob(filepath.Join(server.dir, d.folder+".v2", hash[:2], hash+"-*"))
		if err != nil || len(paths) != 1 {
			t.Fatalf("the server has %d files for %s of %s, want one: %v", len(paths), s.Mnemonic, s.Output(), err)
		}
		data, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(paths[0], d.change(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(damaged) < 2*len(damages) {
		t.Fatalf("only %d commands were damaged", len(damaged))
	}
	return damaged
}

// checkRan fails if the commands that ran are not those with these outputs.
func checkRan(t *testing.T, spawns []bazeltest.Spawn, outputs []string) {
	t.Helper()
	var ran []string
	for _, s := range spawns {
		if !s.CacheHit {
			ran = append(ran, s.Output())
		}
	}
	for _, output := range ran {
		if !slices.Contains(outputs, output) {
			t.Errorf("%s was made again", output)
		}
	}
	for _, output := range outputs {
		if !slices.Contains(ran, output) {
			t.Errorf("%s was not made again", output)
		}
	}
}

// ofServices reports whether a command is for the merged binary itself, not for
// a tool or for the standard library.
func ofServices(s bazeltest.Spawn) bool {
	return strings.Contains(s.ListedOutputs[0], "-fastbuild/") && len(s.ActualOutputs) > 0 &&
		(s.Mnemonic == "GoCompilePkg" || s.Mnemonic == "GoLink" || strings.HasPrefix(s.Mnemonic, "GoMerge"))
}
