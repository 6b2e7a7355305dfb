package initialize

import (
	"os"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
)

// TestVersions compares the versions with those of this module itself.
func TestVersions(t *testing.T) {
	const root = "../../../"
	data, err := os.ReadFile(root + "MODULE.bazel")
	if err != nil {
		t.Fatal(err)
	}
	file, err := build.ParseModule("MODULE.bazel", data)
	if err != nil {
		t.Fatal(err)
	}
	bazel, err := os.ReadFile(root + ".bazelversion")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"bazel": strings.TrimSpace(string(bazel))}
	for _, r := range append(file.Rules("module"), file.Rules("bazel_dep")...) {
		got[r.Name()] = r.AttrString("version")
	}
	if got["rules_go"] != pins.RulesGoOfOldGo {
		t.Errorf("the oldest rules_go is %s, and a new MODULE.bazel has %s for old versions of Go", got["rules_go"], pins.RulesGoOfOldGo)
	}
	// A dependency is of the oldest version that works, where this module itself is built with another.
	for _, r := range file.Rules("single_version_override") {
		got[r.AttrString("module_name")] = r.AttrString("version")
	}
	want := map[string]string{"bazel": bazelVersion, "rules_go_merge": rulesVersion, "gazelle": gazelleVersion, "rules_go": rulesGoVersion}
	for name, version := range want {
		if got[name] != version {
			t.Errorf("%s is %q here, and %q in a new MODULE.bazel", name, got[name], version)
		}
	}
}
