"""Glue: generated code that joins a caller's namespace with its callees'.

```starlark
load(":glue.bzl", "glue")

package = glue(ctx, go, caller, services, settings)
```
"""

load("@io_bazel_rules_go//go:def.bzl", "GoArchive", "new_go_info")
load(":archives.bzl", "importable_as", "in_mode")
load(":mergegen.bzl", "mergegen_args")

_RUNTIME = "github.com/gomerge/rules_go_merge/merge/runtime"

def glue(ctx, go, caller, services, settings):
    """Generates and compiles the glue of all links from one service.

    Args:
        ctx: the rule's context, with `_mergegen` and `_runtime`.
        go: the merged binary's Go context.
        caller: MergeServiceInfo of the calling service.
        services: list of MergeServiceInfo, all services of the binary.
        settings: the caller's entry of what link_settings() returned.

    Returns:
        struct(archive = the GoArchive, importpath, source = a Go File, links = a JSON File).
    """
    importpath = "{}.glue/{}".format(ctx.label.name, caller.namespace)
    dir = "{}.glue/{}".format(ctx.label.name, caller.namespace)
    source = ctx.actions.declare_file(dir + "/glue.go")
    links = ctx.actions.declare_file(dir + "/links.json")

    imported = {}
    for service in services:
        for archive in service.idl_archives:
            imported[archive.data.importmap] = archive

    args = mergegen_args(ctx)
    args.add("--caller", caller.description)
    args.add_all([s.description for s in services], before_each = "--callee")
    args.add_all(settings.share, before_each = "--share")
    args.add_all(["{}={}".format(*entry) for entry in settings.callees.items()], before_each = "--choose")
    args.add_all(imported.values(), before_each = "--export", map_each = _export)
    args.add("--runtime-import", _RUNTIME)
    args.add("--package", "glue")
    args.add("-o", source)
    args.add("--manifest", links)
    ctx.actions.run(
        executable = ctx.executable._mergegen,
        arguments = ["glue", args],
        inputs = [s.description for s in services] + [a.data.export_file for a in imported.values()],
        outputs = [source, links],
        mnemonic = "GoMergeGlue",
        progress_message = "Generating glue for calls of {} in %{{label}}".format(caller.name),
    )

    info = new_go_info(
        go,
        struct(),
        name = "{}.glue/{}".format(ctx.label.name, caller.namespace.replace("/", "~")),
        importpath = importpath,
        generated_srcs = [source],
        deps = [importable_as(a, importmap, go.mode) for importmap, a in imported.items()] +
               [in_mode(ctx.attr._runtime[GoArchive], go.mode)],
        coverage_instrumented = False,
    )
    return struct(archive = go.archive(go, info), importpath = importpath, source = source, links = links)

def _export(archive):
    return "{}={}".format(archive.data.importmap, archive.data.export_file.path)
