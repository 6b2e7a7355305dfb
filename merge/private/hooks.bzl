"""Hooks: what a framework adapter changes in a service's copy of the framework."""

load(":archives.bzl", "importpaths")
load(":labels.bzl", "display_label")
load(":rules_go.bzl", "package_metadata")

def find_hook(adapters, archive):
    """Returns what an adapter does to a package, or None.

    A vendored package is the framework's under another importmap.

    Args:
        adapters: list of MergeAdapterInfo.
        archive: a GoArchive.

    Returns:
        a MergeHookInfo, or None.
    """
    for importpath in importpaths(archive.data):
        for adapter in adapters:
            if importpath in adapter.hooks:
                return adapter.hooks[importpath]
    return None

def resolve_hook(hook, archive, originals):
    """Finds what a hook adds to a package, and what that imports.

    Only what the package reaches counts: it is compiled before the package, and
    does not depend on what else the service imports.

    Args:
        hook: what find_hook() returned for archive.
        archive: the package's GoArchive, without the namespace.
        originals: dict of importmap to GoArchive, all packages of the service.

    Returns:
        struct(hook; srcs = list of File that are added; rename = dict of functions to
        their other names; vendored = []; imports = list of importmaps;
        missing = list of importpaths that are not there; version = GoArchive of
        the package with the framework's version, or None).
    """
    reach = _reach(archive)
    srcs = list(hook.srcs)
    rename = dict(hook.rename)
    wanted = list(hook.imports)
    chosen = not hook.alternatives
    for choice in hook.alternatives:
        importer = _pick(reach, choice.importer)
        if importer and choice.imports in _direct(originals[importer]):
            srcs.extend(choice.srcs)
            rename.update(choice.rename)
            wanted.append(choice.imports)
            chosen = True
            break

    imports = []
    missing = [] if chosen else [hook.alternatives[0].imports]
    for importpath in wanted:
        importmap = _pick(reach, importpath)
        if importmap:
            imports.append(importmap)
        else:
            missing.append(importpath)
    return struct(hook = hook, srcs = srcs, rename = rename, vendored = [], imports = imports, missing = missing, version = _version(hook, reach, originals))

def _version(hook, reach, originals):
    """Returns the package with the framework's version, or None."""
    if not hook.module.constant:
        return None
    importmap = _pick(reach, hook.module.constant.package)
    if importmap:
        return originals[importmap]

    # That another part of the framework imports it tells as much.
    for archive in originals.values():
        if hook.module.constant.package in importpaths(archive.data):
            return archive
    return None

def _direct(archive):
    return {importpath: d.data.importmap for d in archive.direct for importpath in importpaths(d.data)}

def _reach(archive):
    """Indexes what a package imports, itself or by others, by importpath."""
    data = archive.data
    by_importpath = {}
    for reached in archive.transitive.to_list():
        for importpath in importpaths(reached):
            by_importpath.setdefault(importpath, []).append(reached.importmap)
    return struct(
        direct = _direct(archive),
        by_importpath = by_importpath,
        # Of a vendor folder, such as "example.com/shop/vendor/".
        prefix = data.importmap.removesuffix(data.importpath),
    )

def _pick(reach, importpath):
    """Returns the importmap of a package that is reached, or None.

    Where there are several of one importpath, it is what the package imports
    itself, or that from the same vendor folder.
    """
    if importpath in reach.direct:
        return reach.direct[importpath]
    candidates = reach.by_importpath.get(importpath, [])
    for importmap in [reach.prefix + importpath, importpath]:
        if importmap in candidates:
            return importmap
    return candidates[0] if candidates else None

def check_hook(ctx, go, changed, resolved, archive, path, deps, required):
    """Has a package's overlay left as it is where the hook does not fit.

    Whether it does is known when the package is compiled: mergegen checks the
    types of the copies against the export data of what they import.

    Args:
        ctx: the rule's context.
        go: the Go context with which the package is compiled.
        changed: what overlay() returned.
        resolved: what resolve_hook() returned.
        archive: the package's GoArchive, without the namespace.
        path: string, the path that it is compiled under.
        deps: list of GoArchive, what it may import.
        required: string, why the service cannot do without, "" if it can.

    Returns:
        changed with the check in its action, and with the field hook_report.
    """
    hook = resolved.hook
    args = changed.action.args
    report = ctx.actions.declare_file(changed.dir + "/hook.json")
    version = [f for f in resolved.version.source.srcs if f.extension == "go"] if resolved.version else []
    metadata = package_metadata(archive)
    args.add("--hook-report", report)
    args.add("--hook-adapter", display_label(hook.adapter))
    args.add("--hook-package", archive.data.importpath)
    if hook.role:
        args.add("--hook-role", hook.role)
    args.add("--hook-module", hook.module.name)
    args.add("--hook-first", hook.module.first)
    args.add("--hook-last", hook.module.last)
    args.add("--hook-effect", hook.effect)
    if required:
        args.add("--hook-required", required)
    args.add_all(resolved.missing, before_each = "--hook-missing-import")
    if hook.module.constant:
        args.add("--hook-version-constant", hook.module.constant.name)
    args.add_all(version, before_each = "--hook-version-src")
    if metadata:
        args.add("--hook-metadata", metadata)
    args.add("--hook-path", path)
    args.add_all([d.data for d in deps], before_each = "--hook-import", map_each = _import)
    args.add_all(go.stdlib.libs, before_each = "--hook-std", expand_directories = False)
    return struct(
        srcs = changed.srcs,
        embedsrcs = changed.embedsrcs,
        roots = changed.roots,
        instrumented = changed.instrumented,
        report = changed.report,
        hook_report = report,
        action = struct(
            args = args,
            inputs = changed.action.inputs + version + ([metadata] if metadata else []) +
                     [d.data.export_file for d in deps] + go.stdlib.libs.to_list(),
            outputs = changed.action.outputs + [report],
        ),
    )

def unhooked(ctx, service, hook, archive, dir, reason):
    """Reports that a package is not hooked, for a reason that analysis knows.

    Args:
        ctx: the rule's context.
        service: string, the service's name.
        hook: what find_hook() returned.
        archive: the package's GoArchive, without the namespace.
        dir: string, a folder below the rule's package.
        reason: string.

    Returns:
        File, in the form in which mergegen reports on hooks.
    """
    report = ctx.actions.declare_file(dir + "/hook.json")
    ctx.actions.write(report, json.encode_indent({
        "service": service,
        "package": archive.data.importpath,
        "adapter": display_label(hook.adapter),
        "role": hook.role,
        "module": hook.module.name,
        "version": "",
        "first": hook.module.first,
        "last": hook.module.last,
        "hooked": False,
        "reasons": [reason],
        "effect": hook.effect,
    }))
    return report

def _import(data):
    return "{}={}={}".format(":".join(importpaths(data)), data.importmap, data.export_file.path)
