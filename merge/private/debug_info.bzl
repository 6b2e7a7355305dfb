"""Debug information: which functions of a merged binary belong to a service."""

load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def debug_info(ctx, executable, services):
    """Declares the action that lists the functions of each service.

    Args:
        ctx: the rule's context, with `_mergegen`.
        executable: File, the merged binary.
        services: list of MergeServiceInfo.

    Returns:
        dict of the service's name to a JSON File.
    """
    outs = {}
    args = mergegen_args(ctx)
    args.add("--binary", executable)
    for service in services:
        out = ctx.actions.declare_file("{}.debug_info/{}.json".format(ctx.label.name, service.name))
        outs[service.name] = out
        args.add("--service", "{}={}={}".format(
            service.name,
            service.namespace,
            service.main.data.importmap.removeprefix(service.namespace + "/"),
        ))
        args.add("-o", out)
    run_mergegen(
        ctx,
        "debuginfo",
        [args],
        inputs = [executable],
        outputs = outs.values(),
        mnemonic = "GoMergeDebugInfo",
        progress_message = "Listing the functions of %{label}",
    )
    return outs
