package smoke

import (
	"regexp"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// leftOut are the flags that neither Bazel 8 nor 9 asks of the rules, or that
// cannot be on in Bazel 7.7.
var leftOut = map[string]string{
	"incompatible_no_rule_outputs_param":                      "Bazel 7.7's own cc_binary and java_library do not load with it",
	"incompatible_stop_exporting_language_modules":            "rules_go 0.65 reads apple_common where Bazel 7 has it",
	"incompatible_disable_native_apple_binary_rule":           "deprecated: it does nothing",
	"incompatible_remote_build_event_upload_respect_no_cache": "deprecated: another flag has taken its place",
}

// testNextFlags compares the flags of --config=next with those that Bazel has
// for what it is to do, and does not yet.
func testNextFlags(t *testing.T, w *bazeltest.Workspace) {
	on := make(map[string]bool)
	for _, match := range regexp.MustCompile(`(?m)^common(?::next)? --(incompatible_\w+)$`).FindAllStringSubmatch(w.Read(".bazelrc"), -1) {
		on[match[1]] = true
	}
	flags := regexp.MustCompile(`(?m)^ +--\[no\](incompatible_\w+) .*default: "(?:false|auto)"`).FindAllStringSubmatch(w.MustBazel("help", "build", "--long"), -1)
	if len(flags) < 25 {
		t.Errorf("Bazel lists %d such flags: %q", len(flags), flags)
	}
	for _, flag := range flags {
		switch reason := leftOut[flag[1]]; {
		case on[flag[1]] && reason != "":
			t.Errorf("--%s is on, and left out because %s", flag[1], reason)
		case !on[flag[1]] && reason == "":
			t.Errorf("--%s is not in e2e/smoke/.bazelrc; add it to --config=next, or say in leftOut why not", flag[1])
		}
	}
}
