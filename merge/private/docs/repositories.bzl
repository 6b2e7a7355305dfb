"""For workspaces without Bazel modules. [WORKSPACE](workspace.md) has all lines that they need.

```starlark
load("@rules_go_merge//merge:repositories.bzl", "go_merge_deps", "go_merge_repositories")

go_merge_repositories()
```
"""

# Stands in for //merge:repositories.bzl, which loads a file that rules_go
# writes and does not export: Bazel extracts nothing from it.

load("//merge/private/deps:repositories.bzl", _go_merge_repositories = "go_merge_repositories")
load("//merge/private/deps:tags.bzl", "FILE_ATTRS", "GO_MERGE_DEPS_DOC")

def _nothing(_repository_ctx):
    pass

go_merge_deps = repository_rule(
    implementation = _nothing,
    doc = GO_MERGE_DEPS_DOC,
    attrs = FILE_ATTRS,
)

go_merge_repositories = _go_merge_repositories
