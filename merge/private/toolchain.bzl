"""The toolchain with mergegen, the tool that generates code for merged binaries."""

def _go_merge_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(mergegen = ctx.attr.mergegen[DefaultInfo].files_to_run)]

go_merge_toolchain = rule(
    _go_merge_toolchain_impl,
    doc = """Names the program that the rules generate code with, for a `toolchain` target of the type `@rules_go_merge//merge:mergegen_toolchain_type`.

By default it is built from source. See [Prebuilt tools](bazel.md#prebuilt-tools).""",
    attrs = {
        "mergegen": attr.label(
            doc = "The program: a binary, or `//tools/mergegen` of these rules. It has to be of the version of the rules, since its flags and output change with them.",
            allow_files = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
    },
)
