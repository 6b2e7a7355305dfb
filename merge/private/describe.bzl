"""Finds the RPC services that a service serves and calls."""

load(":archives.bzl", "importpaths")
load(":hooks.bzl", "find_hook")
load(":labels.bzl", "display_label")
load(":mergegen.bzl", "REQUIREMENTS", "mergegen_args", "run_mergegen")

def describe(ctx, service, adapters, own, common, archives):
    """Declares the actions that describe a service.

    Which packages may be generated service packages shows in what they import;
    the adapter's describer reads the rest from their sources and from their
    users'. Where an adapter has none, the service's attributes say it.

    Args:
        ctx: the rule's context, with `serves`, `calls` and `targets`.
        service: as for overlay().
        adapters: list of MergeAdapterInfo.
        own: list of GoArchive, the service's packages without the namespace.
        common: list of GoArchive, those that it shares.
        archives: dict of importmap without the namespace to GoArchive in it.

    Returns:
        the description File, and the list of namespaced GoArchives that hold
        the request and result types. Those of protobuf methods are in the
        generated service packages.
    """
    parts = {}
    generated = {}
    for adapter in adapters:
        if not adapter.describer:
            continue
        candidates = {a.data.importmap: a for a in own if _imports_all(a, adapter.service_markers) and not _is_framework(adapter, a)}
        if candidates:
            described = candidates
            messages = {}
            if adapter.message_types:
                described = candidates | _type_packages(adapter, candidates.values())
                generated.update(described)
            elif adapter.message_markers:
                messages = {a.data.importmap: a for a in own if _imports_all(a, adapter.message_markers)}
                generated.update(messages)
            users = [a for a in own if [d for d in a.direct if d.data.importmap in candidates]]
            part = ctx.actions.declare_file("{}.described/{}.json".format(ctx.label.name, len(parts)))
            _run_describer(ctx, service.go, adapter, described, messages, users, part)
            parts[part] = display_label(adapter.label)

    args = mergegen_args(ctx)
    args.add("--service", service.name)
    args.add("--namespace", service.namespace)
    for part, label in parts.items():
        args.add(part, format = "--part={}=%s".format(label))
    args.add_all(_undescribed(adapters, own + common), before_each = "--undescribed")
    args.add_all([display_label(a.label) for a in adapters if a.callee_by == "target"], before_each = "--callee-by-target")
    args.add_all(_targets(ctx), before_each = "--target")
    args.add_all(ctx.attr.serves, before_each = "--serves")
    args.add_all(ctx.attr.calls, before_each = "--calls")
    description = ctx.actions.declare_file(ctx.label.name + ".json")
    args.add("-o", description)
    run_mergegen(
        ctx,
        "describe",
        [args],
        inputs = parts.keys(),
        outputs = [description],
        mnemonic = "GoMergeDescribe",
        progress_message = "Listing the RPC services of %{label}",
    )
    return description, [archives[importmap] for importmap in sorted(generated)]

def _targets(ctx):
    for pattern in ctx.attr.targets:
        if not pattern or [c for c in pattern.elems() if c.isspace()]:
            fail("{}: targets has {}, which is empty or has spaces; write what callers dial, such as \"stock:50051\"".format(display_label(ctx.label), repr(pattern)))
    return ctx.attr.targets

def _undescribed(adapters, archives):
    """Lists the adapters without a describer, with what of their frameworks the service has."""
    roles = {}
    for archive in archives:
        hook = find_hook(adapters, archive)
        if hook and hook.role:
            roles.setdefault(hook.adapter, {})[hook.role] = True
    return [
        "{}={}={}".format(adapter.format, ",".join(sorted(roles.get(adapter.label, {}))), display_label(adapter.label))
        for adapter in adapters
        if not adapter.describer
    ]

def _run_describer(ctx, go, adapter, generated, messages, users, out):
    """Declares the action that runs an adapter's describer.

    Args:
        ctx: the rule's context.
        go: the service's Go context.
        adapter: a MergeAdapterInfo.
        generated: dict of importmap to GoArchive, the packages that may be
            generated and those that they import. The codecs of the types show
            what a sender would refuse to write.
        messages: dict of importmap to GoArchive, other packages whose types the
            description names.
        users: list of GoArchive, the packages that import generated ones.
        out: File.
    """
    args = mergegen_args(ctx)
    args.add("--goos", go.mode.goos)
    args.add("--goarch", go.mode.goarch)
    args.add_joined("--tags", go.mode.tags, join_with = ",")
    if not go.mode.pure:
        args.add("--cgo")
    inputs = []
    for flag, packages in [("--package", generated.values()), ("--user", users)]:
        for archive in packages:
            inputs.extend(_go_sources(archive))
        args.add_all(packages, before_each = flag, map_each = _package)
    for archive in generated.values() + users:
        args.add_all(_mapped(archive, generated | messages), before_each = "--importmap")
    args.add("-o", out)
    ctx.actions.run(
        executable = adapter.describer,
        arguments = [args],
        inputs = inputs,
        outputs = [out],
        mnemonic = "GoMergeFindServices",
        progress_message = "Finding the RPC services of %{label}",
        execution_requirements = REQUIREMENTS,
    )

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

def _is_framework(adapter, archive):
    importpath = archive.data.importpath
    return (any([importpath.startswith(p) for p in adapter.framework_prefixes]) and
            not any([importpath.startswith(p) for p in adapter.message_prefixes]))

def _type_packages(adapter, candidates):
    """Returns the generated packages that candidates reach, by importmap."""
    found = {}
    queue = list(candidates)

    # Each archive is queued at most once, so the list itself bounds the loop.
    for _ in range(1 << 20):
        if not queue:
            break
        for imported in queue.pop().direct:
            if imported.data.importmap not in found and not _is_framework(adapter, imported):
                found[imported.data.importmap] = imported
                queue.append(imported)
    return {importmap: found[importmap] for importmap in sorted(found)}
