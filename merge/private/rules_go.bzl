"""What comes from rules_go, if that is recent enough.

```starlark
load(":rules_go.bzl", "go_rule")
```
"""

load("@io_bazel_rules_go//go:def.bzl", _go_rule = "go_rule")

# The oldest version that the rules are tested with: see //tests/smoke.
_OLDEST = "0.63.0"

def _check():
    # rules_go does not tell its version. Before 0.63.0, its own def.bzl has a go_rule that only fails.
    if str(_go_rule).endswith("//go:def.bzl>"):
        fail(("rules_go_merge: this rules_go is older than {oldest}, and {oldest} is the oldest that the rules work with. " +
              "In MODULE.bazel, ask for {oldest} or later, and remove any override that holds it back: " +
              "bazel_dep(name = \"rules_go\", version = \"{oldest}\"). " +
              "In WORKSPACE, name an archive of {oldest} or later in the http_archive of io_bazel_rules_go.").format(oldest = _OLDEST))

_check()

go_rule = _go_rule
