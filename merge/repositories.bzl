"""What workspaces without Bazel modules need, in Bazel 7.

```starlark
# WORKSPACE, after rules_go's and Gazelle's own lines
load("@rules_go_merge//merge:repositories.bzl", "go_merge_deps", "go_merge_repositories")

go_merge_repositories()
```

The rules take Gazelle from a repository named `gazelle`. Where it has its old
name, say so when rules_go_merge itself is declared:
`repo_mapping = {"@gazelle": "@bazel_gazelle"}`.
"""

load("//merge/private/deps:repositories.bzl", _go_merge_repositories = "go_merge_repositories")
load("//merge/private/deps:workspace.bzl", _go_merge_deps = "go_merge_deps")

go_merge_deps = _go_merge_deps
go_merge_repositories = _go_merge_repositories
