"""What the rules need in workspaces without Bazel modules."""

load(":tool_deps.bzl", "declare_tool_deps")

# buildifier: disable=unnamed-macro
def go_merge_repositories():
    """Declares the Go modules that the rules' own tools are built from, and registers these tools.

    The modules' repositories have names that begin with `rules_go_merge`, so that
    the workspace's own versions stay what they are. A toolchain that the workspace
    registers before comes first."""
    native.register_toolchains("@rules_go_merge//merge:mergegen_from_source_toolchain")
    declare_tool_deps()
