"""Dependency sets: separate Go module versions for services.

Gazelle's `go_deps` settles on one version of each Go module for the whole
workspace. A dependency set gives one service, or a group of services, the
versions in its own go.mod file; everything else keeps the versions of `go_deps`.

```starlark
# MODULE.bazel
bazel_dep(name = "rules_go_merge", version = "0.0.0")

merge_deps = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
merge_deps.from_file(
    name = "stock",
    go_mod = "//stock:go.mod",
)
use_repo(merge_deps, "stock_org_golang_x_net")
```

```starlark
# stock/BUILD.bazel
load("@rules_go//go:def.bzl", "go_binary")

go_binary(
    name = "stock",
    srcs = ["main.go"],
    deps = ["@stock_org_golang_x_net//http2"],
)
```

After `go mod tidy` in the service's directory, `bazel mod tidy` keeps the
`use_repo` call up to date. Modules are downloaded as by `go_repository`, with
its cache: `--repo_env` passes on settings such as GOPROXY and GOPRIVATE, and
the user's netrc file and git configuration apply.

Modules that find each other only through a go.work file have one set:
`from_file(name = "shop", go_work = "//:go.work")`.

`replace` and `exclude` directives of the go.mod file count. A module replaced
by a directory is copied into a separate repository.

A binary has to take each package from one place, or it does not link. So a
service with a dependency set must not also depend on the same module of
`go_deps`, such as the protobuf runtime that rules_go's own compilers for
`go_proto_library` bring in, nor on a replacing directory's targets in the
workspace.
"""

load("//merge/private/deps:merge_deps.bzl", _merge_deps = "merge_deps")

merge_deps = _merge_deps
