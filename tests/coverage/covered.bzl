"""A program as `bazel coverage` builds it, for a test that runs without it."""

_OPTIONS = {
    "//command_line_option:collect_code_coverage": True,
    "//command_line_option:instrumentation_filter": "//tests[/:]",
}

_coverage_transition = transition(
    implementation = lambda settings, attr: _OPTIONS,
    inputs = [],
    outputs = _OPTIONS.keys(),
)

def _covered_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable.binary, is_executable = True)
    return [DefaultInfo(executable = executable, files = depset([executable]))]

covered = rule(
    _covered_impl,
    attrs = {
        "binary": attr.label(
            doc = "The program.",
            cfg = _coverage_transition,
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    executable = True,
)
