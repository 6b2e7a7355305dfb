package platform_test

import (
	"errors"
	"go/build"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

func TestContext(t *testing.T) {
	var p platform.Flags
	cmd := &cobra.Command{}
	p.Add(cmd)
	if err := cmd.ParseFlags([]string{"--go-version=1.25.14", "--goos=darwin", "--goarch=arm64", "--tags=a,b", "--cgo"}); err != nil {
		t.Fatal(err)
	}
	c := p.Context()
	if c.GOOS != "darwin" || c.GOARCH != "arm64" || !c.CgoEnabled || !slices.Equal(c.BuildTags, []string{"a", "b"}) {
		t.Errorf("%+v", c)
	}
	if got := c.ReleaseTags; len(got) != 25 || got[0] != "go1.1" || got[24] != "go1.25" {
		t.Errorf("release tags %q", got)
	}
	for _, name := range platform.Names {
		if cmd.Flags().Lookup(name) == nil {
			t.Errorf("no flag %s", name)
		}
	}
}

func TestReleaseTags(t *testing.T) {
	for version, want := range map[string]string{
		"1.26":                  "go1.26",
		"1.27.3":                "go1.27",
		"1.27rc1":               "go1.27",
		"go1.25.14":             "go1.25",
		"1.26.8 X:synctest":     "go1.26",
		"devel go1.28-0a1b2c3d": "go1.28",
	} {
		if tags := platform.ReleaseTags(version); tags[len(tags)-1] != want {
			t.Errorf("ReleaseTags(%q) = %q, want %s at the end", version, tags, want)
		}
	}
	for _, version := range []string{"", "1", "2.1", "devel +0a1b2c3d", "1.x", "1.99999"} {
		if tags := platform.ReleaseTags(version); !slices.Equal(tags, build.Default.ReleaseTags) {
			t.Errorf("ReleaseTags(%q) = %q, want this program's", version, tags)
		}
	}
}

func TestSyntax(t *testing.T) {
	newer := platform.ReleaseTags("1.999")
	parse := errors.New("x.go:1:1: not Go")
	if err, ok := platform.Syntax(newer, parse); !ok || !errors.Is(err, parse) || !strings.Contains(err.Error(), "source is for go1.999") {
		t.Errorf("%v, error %v", ok, err)
	}
	for _, tags := range [][]string{nil, build.Default.ReleaseTags, {"go1.1"}} {
		if err, ok := platform.Syntax(tags, parse); ok || err != parse {
			t.Errorf("of %q: %v, error %v", tags, ok, err)
		}
	}
}
