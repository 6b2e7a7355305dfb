"""What each service of a merged binary sees of the process, as the linker sets it.

```starlark
load(":settings.bzl", "process_settings")

info["x_defs"] = process_settings(ctx, services)
```
"""

load("@io_bazel_rules_go//go:def.bzl", "GoArchive")
load(":labels.bzl", "pretty")

def process_settings(ctx, services):
    """Returns the link-time definitions that merge/runtime/process reads.

    Args:
        ctx: the rule's context, with `_process`.
        services: list of MergeServiceInfo.

    Returns:
        dict for `x_defs`.
    """
    owners = {}
    for service in services:
        variable = _variable(service.name)
        if variable in owners:
            fail(("{binary}: {first} and {second} have the same prefix {variable} for variables that are set at the start. " +
                  "Rename one of the targets.").format(
                binary = pretty(ctx.label),
                first = pretty(owners[variable]),
                second = pretty(service.label),
                variable = variable,
            ))
        owners[variable] = service.label

    # Lists only, since rules_go takes braces for stamp variables. Those that
    # are left are within strings.
    settings = json.encode([
        [
            s.name,
            [[name, value] for name, value in sorted(s.process.env.items())],
            s.process.env_inherit,
            s.process.args,
            s.name + ": " if s.process.log_name else "",
            [[name, rules] for name, rules in sorted(s.process.permissions.items())],
        ]
        for s in services
    ]).replace("{", "\\u007b").replace("}", "\\u007d")
    return {ctx.attr._process[GoArchive].data.importmap + ".settings": settings}

def _variable(service):
    """Returns what process.Variable(service, "") does."""
    return "".join([c if c.isalnum() else "_" for c in service.upper().elems()]) + "__"
