"""The mode that a merged binary and all its services are compiled in."""

load(":rules_go.bzl", "mode_setting")

_MODES = ["pure", "race"]

def _mode_transition_impl(settings, attr):
    changed = dict(settings)
    for mode in _MODES:
        value = getattr(attr, mode)
        if value != "auto":
            changed[mode_setting(mode)] = value == "on"
    return changed

mode_transition = transition(
    implementation = _mode_transition_impl,
    inputs = [mode_setting(mode) for mode in _MODES],
    outputs = [mode_setting(mode) for mode in _MODES],
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
