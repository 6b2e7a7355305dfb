// Package gosdk finds out with which Go a workspace is built.
package gosdk

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
)

// Host stands for the machine's own Go, where a version is asked for.
const Host = "host"

// SDK is a Go with which Bazel builds a workspace.
type SDK struct {
	// Version is spelled as Bazel files do, such as 1.26.8. It is empty if it is
	// not known.
	Version string
	// File and Line are where it is chosen, if they are not empty.
	File string
	Line int
}

// Of returns the SDKs that MODULE.bazel chooses, in the order in which rules_go
// prefers them. Without any there is one: what "mergectl init" would write,
// which is the machine's own.
func Of(root string, module *modulefile.File) []SDK {
	proxies := module.Proxies("//go:extensions.bzl", "go_sdk")
	var sdks []SDK
	for _, class := range []struct {
		name    string
		version func(modulefile.Tag) string
	}{
		{"wrap", func(tag modulefile.Tag) string { return tag.AttrString("version") }},
		{"from_file", func(tag modulefile.Tag) string { return fromFile(root, tag) }},
		{"download", func(tag modulefile.Tag) string { return tag.AttrString("version") }},
		{"host", func(modulefile.Tag) string { return host() }},
	} {
		for _, proxy := range proxies {
			for _, tag := range proxy.Tags(class.name) {
				if runsHere(tag) {
					sdks = append(sdks, SDK{class.version(tag), tag.File, tag.Line})
				}
			}
		}
	}
	if len(sdks) == 0 {
		return []SDK{{Version: host()}}
	}
	return sdks
}

// Named returns the SDK of a version that the user names.
func Named(version string) (SDK, error) {
	if version == Host {
		return SDK{Version: host()}, nil
	}
	if version == "" || strings.Trim(version, "0123456789.abcdefghijklmnopqrstuvwxyz") != "" || !strings.HasPrefix(version, "1.") {
		return SDK{}, fmt.Errorf("--go-sdk=%s: this is not a version of Go, such as 1.26.8", version)
	}
	return SDK{Version: version}, nil
}

// runsHere reports whether an SDK is for this platform, as far as its tag tells.
func runsHere(tag modulefile.Tag) bool {
	return slices.Contains([]string{"", runtime.GOOS}, tag.AttrString("goos")) &&
		slices.Contains([]string{"", runtime.GOARCH}, tag.AttrString("goarch"))
}

// fromFile returns the version that a go.mod or go.work file asks for in
// its toolchain directive or its go directive.
func fromFile(root string, tag modulefile.Tag) string {
	for _, attr := range []string{"go_mod", "go_work"} {
		name, ok := modulefile.FileOf(tag.AttrString(attr))
		if !ok {
			continue
		}
		data, err := regular.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return ""
		}
		var toolchain *modfile.Toolchain
		var directive *modfile.Go
		if attr == "go_mod" {
			if file, err := modfile.Parse(name, data, nil); err == nil {
				toolchain, directive = file.Toolchain, file.Go
			}
		} else if file, err := modfile.ParseWork(name, data, nil); err == nil {
			toolchain, directive = file.Toolchain, file.Go
		}
		switch {
		case toolchain != nil && toolchain.Name != "default":
			return strings.TrimPrefix(toolchain.Name, "go")
		case directive != nil:
			return directive.Version
		}
	}
	return ""
}

// host returns the version of the machine's own Go, found as rules_go does, or
// "" if there is none.
func host() string {
	if goroot := os.Getenv("GOROOT"); goroot != "" {
		data, err := regular.ReadFile(filepath.Join(goroot, "VERSION"))
		if err != nil {
			return ""
		}
		first, _, _ := strings.Cut(string(data), "\n")
		return strings.TrimPrefix(strings.TrimSpace(first), "go")
	}
	cmd := exec.Command("go", "env", "GOVERSION")
	cmd.Dir = os.TempDir() // where no go.mod file asks for another one
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	version, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ") // an experiment's name may follow
	return strings.TrimPrefix(version, "go")
}
