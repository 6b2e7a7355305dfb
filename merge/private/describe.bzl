"""Finds the RPC services that a service serves and calls.

```starlark
load(":describe.bzl", "describe")

description, idl_archives = describe(ctx, go, "stock", "stock", own, archives)
```
"""

load("//merge/adapter/kitex:adapter.bzl", "KITEX")
load(":archives.bzl", "importpaths")
load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def describe(ctx, go, service, namespace, own, archives):
    """Declares the action that describes a service.

    Which packages may be generated service packages shows in what they import;
    mergegen reads the rest from their sources and from their users'.

    Args:
        ctx: the rule's context, with `serves` and `_mergegen`.
        go: the service's Go context.
        service: string, the service's name.
        namespace: string.
        own: list of GoArchive, the service's packages without the namespace.
        archives: dict of importmap without the namespace to GoArchive in it.

    Returns:
        the description File, and the list of namespaced GoArchives that hold
        the request and result types. Those of protobuf methods are in the
        generated service packages.
    """
    candidates = {a.data.importmap: a for a in own if _imports_all(a, KITEX.service_markers) and not _is_framework(a)}
    type_packages = _type_packages(candidates.values())
    users = [a for a in own if [d for d in a.direct if d.data.importmap in candidates]]

    args = mergegen_args(ctx)
    args.add("--service", service)
    args.add("--namespace", namespace)
    args.add("--goos", go.mode.goos)
    args.add("--goarch", go.mode.goarch)
    args.add_joined("--tags", go.mode.tags, join_with = ",")
    if not go.mode.pure:
        args.add("--cgo")
    args.add_all(ctx.attr.serves, before_each = "--serves")
    inputs = []

    # The codecs of the types tell what a sender would refuse to write.
    generated = candidates | type_packages
    for flag, packages in [("--package", generated.values()), ("--user", users)]:
        for archive in packages:
            inputs.extend(_go_sources(archive))
        args.add_all(packages, before_each = flag, map_each = _package)
    for archive in generated.values() + users:
        args.add_all(_mapped(archive, generated), before_each = "--importmap")

    description = ctx.actions.declare_file(ctx.label.name + ".json")
    args.add("-o", description)
    run_mergegen(
        ctx,
        "describe",
        [args],
        inputs = inputs,
        outputs = [description],
        mnemonic = "GoMergeDescribe",
        progress_message = "Finding the RPC services of %{label}",
    )
    return description, [archives[importmap] for importmap in sorted(generated)]

def _package(archive):
    return "{}={}".format(archive.data.importmap, ",".join([f.path for f in _go_sources(archive)]))

def _mapped(archive, generated):
    """Lists the generated packages that a package imports by another path than the importmap."""
    return [
        "{}={}={}".format(archive.data.importmap, importpath, d.data.importmap)
        for d in archive.direct
        if d.data.importmap in generated
        for importpath in importpaths(d.data)
        if importpath != d.data.importmap
    ]

def _go_sources(archive):
    return [f for f in archive.source.srcs if f.extension == "go"]

def _imports_all(archive, paths):
    direct = {path: True for d in archive.direct for path in importpaths(d.data)}
    return not [path for path in paths if path not in direct]

def _is_framework(archive):
    importpath = archive.data.importpath
    return (any([importpath.startswith(p) for p in KITEX.framework_prefixes]) and
            not any([importpath.startswith(p) for p in KITEX.message_prefixes]))

def _type_packages(candidates):
    """Returns the generated packages that candidates reach, by importmap."""
    found = {}
    queue = list(candidates)

    # Each archive is queued at most once, so the list itself bounds the loop.
    for _ in range(1 << 20):
        if not queue:
            break
        for imported in queue.pop().direct:
            if imported.data.importmap not in found and not _is_framework(imported):
                found[imported.data.importmap] = imported
                queue.append(imported)
    return {importmap: found[importmap] for importmap in sorted(found)}
