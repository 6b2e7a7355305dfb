"""What becomes of a service, and of the others, when it ends or fails."""

load(":labels.bzl", "display_label")

LIFECYCLE_ATTRS = {
    "on_exit": attr.string(
        doc = "What happens when the service returns from main or exits: `stop` stops the other services and ends the process with the service's exit code, `keep` lets them go on. See [Lifecycle](lifecycle.md).",
        default = "stop",
        values = ["stop", "keep"],
    ),
    "on_panic": attr.string(
        doc = "What happens when a goroutine of the service panics: `crash` ends the process, `contain` takes down this service alone.",
        default = "crash",
        values = ["crash", "contain"],
    ),
    "restart": attr.string(
        doc = "Whether main is called again, after a pause, when the service failed and the others go on: `never` or `on_failure`. Package variables keep their values.",
        default = "never",
        values = ["never", "on_failure"],
    ),
    "max_inflight": attr.int(
        doc = "How many inline calls the service runs at a time. Calls beyond that get an error. 0 means no limit.",
    ),
    "cpu_limit": attr.string(
        doc = "How many cores the service may use on average, as `\"0.5\"` or `\"2\"`. Inline calls of a service that uses more wait, for a second at most, and then get an error. By default there is no limit. See [Lifecycle](lifecycle.md#limits).",
    ),
}

def lifecycle(ctx):
    """Reads and checks the attributes.

    Args:
        ctx: the context of a rule with LIFECYCLE_ATTRS.

    Returns:
        struct(on_exit, on_panic, restart, max_inflight, cpu_limit).
    """
    if ctx.attr.max_inflight < 0:
        fail("{}: max_inflight is {}; give the number of calls, or 0 for no limit".format(display_label(ctx.label), ctx.attr.max_inflight))
    if ctx.attr.cpu_limit and not _is_cores(ctx.attr.cpu_limit):
        fail(("{}: cpu_limit is \"{}\"; give the number of cores, above 0 and with three decimals at most, " +
              "such as \"0.5\" or \"2\", or leave it out for no limit").format(display_label(ctx.label), ctx.attr.cpu_limit))
    if ctx.attr.restart != "never" and ctx.attr.on_exit == "stop" and ctx.attr.on_panic == "crash":
        fail(("{}: restart = \"{}\" has no effect, since every failure of the service ends the process. " +
              "Set on_panic = \"contain\" or on_exit = \"keep\", or leave restart out.").format(display_label(ctx.label), ctx.attr.restart))
    return struct(
        on_exit = ctx.attr.on_exit,
        on_panic = ctx.attr.on_panic,
        restart = ctx.attr.restart,
        max_inflight = ctx.attr.max_inflight,
        cpu_limit = ctx.attr.cpu_limit,
    )

def with_generics(gc_goopts):
    """Has a package compiled for a Go that has generics, as what contains panics is generic.

    Go 1.18 added them, and changed nothing about older code.

    Args:
        gc_goopts: list of string, flags for the compiler.

    Returns:
        list of string.
    """
    opts = []
    for i, opt in enumerate(gc_goopts):
        flag, equals, version = opt.rpartition("=")
        named = flag if equals else gc_goopts[i - 1] if i > 0 else ""
        minor = version.removeprefix("go1.")
        if named.lstrip("-") == "lang" and minor.isdigit() and int(minor) < 18:
            version = "go1.18"
        opts.append(flag + equals + version)
    return opts

def _is_cores(text):
    whole, point, decimals = text.partition(".")
    digits = whole + decimals
    return (whole.isdigit() and (decimals.isdigit() or not point) and len(whole) <= 4 and len(decimals) <= 3 and
            digits.strip("0") != "")

def lifecycle_args(services):
    """Returns the values of mergegen's flag --lifecycle.

    Args:
        services: list of MergeServiceInfo.

    Returns:
        list of string.
    """
    return [
        "{}={}={}={}={}={}".format(
            s.name,
            s.lifecycle.on_exit,
            s.lifecycle.on_panic,
            s.lifecycle.restart,
            s.lifecycle.max_inflight,
            s.lifecycle.cpu_limit,
        )
        for s in services
    ]
