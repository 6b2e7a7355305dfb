"""Glue: generated code that joins a caller's namespace with its callees'."""

load(":archives.bzl", "importable_as", "in_mode")
load(":mergegen.bzl", "mergegen_args", "run_mergegen")
load(":namespace.bzl", "file_name")
load(":rules_go.bzl", "GoArchive", "generated_info")

def glue_inputs(services, mode):
    """Collects what the glue of every service is made from.

    Which services call which is known to mergegen only, so that the glue of
    each depends on all. What all have in common is made once, or it would grow
    with the square of the services.

    Args:
        services: list of MergeServiceInfo, all services of the binary.
        mode: the merged binary's mode.

    Returns:
        struct(descriptions = depset of File, hooks = depset of File, archives = list of GoArchive, data =
        depset of their GoArchiveData, files = depset of File).
    """
    by_importmap = {a.data.importmap: a for s in services for a in s.idl_archives}
    descriptions = depset([s.description for s in services])
    hooks = depset([f for s in services for f in s.hooks])
    return struct(
        descriptions = descriptions,
        archives = [importable_as(archive, importmap, mode) for importmap, archive in by_importmap.items()],
        data = depset([a.data for a in by_importmap.values()]),
        hooks = hooks,
        files = depset([a.data.export_file for a in by_importmap.values()], transitive = [descriptions, hooks]),
    )

def glue(ctx, go, caller, inputs, settings):
    """Generates and compiles the glue of all links from one service.

    Args:
        ctx: the rule's context, with `_runtime`.
        go: the merged binary's Go context.
        caller: MergeServiceInfo of the calling service.
        inputs: what glue_inputs() returned.
        settings: the caller's entry of what link_settings() returned.

    Returns:
        struct(archive = the GoArchive, importpath, source = a Go File, links = a JSON File).
    """
    importpath = "{}.glue/{}".format(ctx.label.name, caller.namespace)
    dir = "{}.glue/{}".format(ctx.label.name, caller.namespace)
    source = ctx.actions.declare_file(dir + "/glue.go")
    links = ctx.actions.declare_file(dir + "/links.json")

    args = mergegen_args(ctx)
    args.add("--caller", caller.description)
    args.add_all(inputs.descriptions, before_each = "--callee")
    args.add_all(inputs.hooks, before_each = "--hook")
    args.add_all(settings.share, before_each = "--share")
    args.add_all(["{}={}".format(*entry) for entry in settings.callees.items()], before_each = "--choose")
    args.add_all(inputs.data, before_each = "--export", map_each = _export)
    args.add("-o", source)
    args.add("--manifest", links)
    run_mergegen(
        ctx,
        "glue",
        [args],
        inputs = inputs.files,
        outputs = [source, links],
        mnemonic = "GoMergeGlue",
        progress_message = "Generating glue for calls of {} in %{{label}}".format(caller.name),
    )

    info = generated_info(
        go,
        name = "{}.glue/{}".format(ctx.label.name, file_name(caller.namespace)),
        importpath = importpath,
        srcs = [source],
        deps = inputs.archives + [in_mode(ctx.attr._runtime[GoArchive], go.mode)],
    )
    return struct(archive = go.archive(go, info), importpath = importpath, source = source, links = links)

def _export(data):
    return "{}={}".format(data.importmap, data.export_file.path)
