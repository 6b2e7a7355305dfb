package versions

import (
	"path/filepath"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/merger"
	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

// TestMixed has a service with Kitex and grpc-go call another by Kitex, which calls it
// back by gRPC.
func TestMixed(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles Kitex and grpc-go")
	}
	tc, err := merger.NewToolchain(repository, t.TempDir(), "grpc", "kitex")
	if err != nil {
		t.Fatal(err)
	}
	services, err := filepath.Abs("../mixed")
	if err != nil {
		t.Fatal(err)
	}
	tc.Race = *race
	lists := make(map[string][]*merger.Package)
	var packages []*merger.Package
	for _, program := range []string{"asker", "front"} {
		if lists[program], err = tc.List(services, "./"+program); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, lists[program]...)
	}
	b, err := merger.New(tc, packages)
	if err != nil {
		t.Fatal(err)
	}
	merged := make(map[string]*merger.Service)
	for program, list := range lists {
		p := merger.Program{Name: program, Path: mainPath, Packages: list, Settings: merger.Settings{Listen: true, EnvInherit: []string{"*"}}}
		if merged[program], err = b.Service(p); err != nil {
			t.Fatal(err)
		}
	}
	folder := b.File("programs") + "/"
	if _, err := b.Run(services, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", folder, "./asker", "./front"); err != nil {
		t.Fatal(err)
	}
	// They call each other: neither can wait for the other.
	file, err := b.MergeAsListed("mixed", merged["front"], merged["asker"])
	if err != nil {
		t.Fatal(err)
	}
	separately, together, err := suite.MixedPair{Caller: folder + "asker", Callee: folder + "front", Merged: file}.Run()
	if err != nil {
		t.Fatal(err)
	}
	if len(separately) < 8 || len(together) != len(separately) {
		t.Fatalf("%d cases separately, %d merged", len(separately), len(together))
	}
	for i, s := range separately {
		m := together[i]
		if m.Case != s.Case || m.Seen != s.Seen {
			t.Errorf("%s separately: %s\n%s merged: %s", s.Case, s.Seen, m.Case, m.Seen)
		}
		calls := map[string]uint64{"panic": 1, "deeper": 4}[s.Case]
		if calls == 0 {
			calls = 2 // one of each framework
		}
		if m.Inline != calls || m.RPC != 0 {
			t.Errorf("%s: %d calls inline and %d by RPC, want %d inline", s.Case, m.Inline, m.RPC, calls)
		}
	}
}
