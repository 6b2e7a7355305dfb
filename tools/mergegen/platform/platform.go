// Package platform reads what a package is compiled for, and with which Go,
// from flags: the command may have been compiled with another Go itself.
package platform

import (
	"fmt"
	"go/build"
	"regexp"
	"runtime"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
)

// Flags are the values of flags.
type Flags struct {
	goVersion, goos, goarch string
	tags                    []string
	cgo                     bool
}

// Names are the flags that have to be given.
var Names = []string{GoVersion, "goos", "goarch"}

// GoVersion is the flag that GoVersionFlag adds.
const GoVersion = "go-version"

// Add adds the flags to a command.
func (p *Flags) Add(cmd *cobra.Command) {
	GoVersionFlag(cmd, &p.goVersion)
	f := cmd.Flags()
	f.StringVar(&p.goos, "goos", "", "operating system to compile for")
	f.StringVar(&p.goarch, "goarch", "", "architecture to compile for")
	f.StringSliceVar(&p.tags, "tags", nil, "build tags, separated by commas")
	f.BoolVar(&p.cgo, "cgo", false, "whether cgo is on")
}

// GoVersionFlag adds the flag for the version alone.
func GoVersionFlag(cmd *cobra.Command, version *string) {
	cmd.Flags().StringVar(version, GoVersion, "", "version of the Go that compiles, such as 1.26.8")
}

// Context returns what selects files as the compiling Go does.
func (p *Flags) Context() build.Context {
	c := build.Default
	c.GOOS, c.GOARCH, c.BuildTags, c.CgoEnabled = p.goos, p.goarch, p.tags, p.cgo
	c.ReleaseTags = ReleaseTags(p.goVersion)
	return c
}

// versionForm finds the numbers in a version: 1.27.4, go1.28rc1, devel go1.29-0a1b2c3d.
var versionForm = regexp.MustCompile(`^(?:devel )?(?:go)?1\.(\d{1,4})(?:\D|$)`)

// ReleaseTags returns the build tags of a Go version and those before it, from
// "go1.1" on. A version without numbers, as that of a Go that was built from a
// commit, has those of the Go that this program was compiled with, which is the
// same unless several SDKs are registered.
func ReleaseTags(version string) []string {
	m := versionForm.FindStringSubmatch(version)
	if m == nil {
		return build.Default.ReleaseTags
	}
	minor, _ := strconv.Atoi(m[1])
	var tags []string
	for n := 1; n <= minor; n++ {
		tags = append(tags, fmt.Sprintf("go1.%d", n))
	}
	return tags
}

// Syntax adds to the error of a file that does not parse that the Go whose
// release tags are given is newer than the one that this program was compiled
// with, whose parser may not know its syntax. It reports whether that is so.
func Syntax(releaseTags []string, parse error) (err error, newer bool) {
	if len(releaseTags) == 0 {
		return parse, false
	}
	newest := releaseTags[len(releaseTags)-1]
	if slices.Contains(build.Default.ReleaseTags, newest) {
		return parse, false
	}
	return fmt.Errorf("%w\nthe source is for %s, and the rules' own tools were compiled with %s, which may not know its syntax: "+
		"register one Go SDK for both, or take out what asks for another sdk_version", parse, newest, runtime.Version()), true
}
