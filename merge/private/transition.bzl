"""The mode that a merged binary and all its services are compiled in."""

load(":rules_go.bzl", "go_reset_target", "mode_setting")

_MODES = ["pure", "race"]

_PURE = mode_setting("pure")

# What the mode was where a merged binary has changed it: "on" or "off".
_PURE_BEFORE = "//merge/private:pure_before"

def _mode_transition_impl(settings, attr):
    changed = dict(settings)
    for mode in _MODES:
        value = getattr(attr, mode)
        if value != "auto":
            changed[mode_setting(mode)] = value == "on"
    if changed[_PURE] != settings[_PURE]:
        changed[_PURE_BEFORE] = "on" if settings[_PURE] else "off"
    return changed

_KEPT = [mode_setting(mode) for mode in _MODES] + [_PURE_BEFORE]

mode_transition = transition(
    implementation = _mode_transition_impl,
    inputs = _KEPT,
    outputs = _KEPT,
)

MODE_ATTRS = {
    "pure": attr.string(
        doc = "`on` builds all services without cgo, `off` with it; `auto` takes `@rules_go//go/config:pure`.",
        values = ["auto", "off", "on"],
        default = "auto",
    ),
    "race": attr.string(
        doc = "`on` builds all services with the race detector, `off` without; `auto` takes `@rules_go//go/config:race`.",
        values = ["auto", "off", "on"],
        default = "auto",
    ),
}

def _tool_transition_impl(settings, _attr):
    before = settings[_PURE_BEFORE]
    return {
        _PURE: before == "on" if before else settings[_PURE],
        _PURE_BEFORE: "",
    }

_tool_transition = transition(
    implementation = _tool_transition_impl,
    inputs = [_PURE, _PURE_BEFORE],
    outputs = [_PURE, _PURE_BEFORE],
)

def _mode_reset_target_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable.dep, is_executable = True)
    return [DefaultInfo(executable = executable, runfiles = ctx.attr.dep[DefaultInfo].default_runfiles)]

# rules_go's go_reset_target leaves `pure` alone, since a machine may have no C compiler: its own rules
# note what it was before they changed it. This does the same for merged binaries.
mode_reset_target = rule(
    _mode_reset_target_impl,
    doc = "A tool of the rules, which is the same whatever mode the merged binary is built in.",
    attrs = {
        "dep": attr.label(
            doc = "A go_reset_target.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    cfg = _tool_transition,
    executable = True,
)

def tool_in_one_mode(name, dep, **kwargs):
    """Declares a Go program that actions run, and that is the same whatever mode they build for.

    Args:
        name: a name for the target; `<name>_go` is taken, too.
        dep: label of the go_binary.
        **kwargs: all that targets have, such as `visibility` or `testonly`.
    """
    go_reset_target(name = name + "_go", dep = dep, **kwargs)
    mode_reset_target(name = name, dep = name + "_go", **kwargs)
