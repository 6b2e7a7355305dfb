"""The Go modules that the rules' own tools are built from, for workspaces without Bazel modules."""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load("@gazelle//:deps.bzl", "go_repository")

# buildifier: disable=unnamed-macro
def go_merge_repositories():
    """Declares the Go modules that the rules' own tools are built from, and registers these tools.

    A module that the workspace declares before stays as it is, and a toolchain that
    it registers before comes first."""
    native.register_toolchains("@rules_go_merge//merge:mergegen_from_source_toolchain")
    maybe(
        go_repository,
        name = "com_github_spf13_cobra",
        importpath = "github.com/spf13/cobra",
        sum = "h1:DMTTonx5m65Ic0GOoRY2c16WCbHxOOw6xxezuLaBpcU=",
        version = "v1.10.2",
    )
    maybe(
        go_repository,
        name = "com_github_spf13_pflag",
        importpath = "github.com/spf13/pflag",
        sum = "h1:9exaQaMOCwffKiiiYk6/BndUBv+iRViNW+4lEMi0PvY=",
        version = "v1.0.9",
    )
    maybe(
        go_repository,
        name = "com_github_inconshreveable_mousetrap",
        importpath = "github.com/inconshreveable/mousetrap",
        sum = "h1:wN+x4NVGpMsO7ErUn/mUI3vEoE6Jt13X2s0bqwp9tc8=",
        version = "v1.1.0",
    )
