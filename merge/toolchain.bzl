"""The tool that the rules generate code with, for those who do not build it from source.

```starlark
load("@rules_go_merge//merge:toolchain.bzl", "go_merge_toolchain")

go_merge_toolchain(
    name = "mergegen_linux_amd64",
    mergegen = "@mergegen_linux_amd64//file",
    visibility = ["//visibility:public"],
)

toolchain(
    name = "mergegen_linux_amd64_toolchain",
    exec_compatible_with = [
        "@platforms//cpu:x86_64",
        "@platforms//os:linux",
    ],
    toolchain = ":mergegen_linux_amd64",
    toolchain_type = "@rules_go_merge//merge:mergegen_toolchain_type",
)
```

In `MODULE.bazel`: `register_toolchains("//tools:mergegen_linux_amd64_toolchain")`.
"""

load("//merge/private:toolchain.bzl", _go_merge_toolchain = "go_merge_toolchain")

go_merge_toolchain = _go_merge_toolchain
