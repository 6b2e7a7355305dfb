"""A service's own packages of the standard library."""

load(":archives.bzl", "in_mode")
load(":namespace.bzl", "file_name")
load(":overlay.bzl", "overlay", "write_overlays")
load(":providers.bzl", "MergeStdInfo")
load(":rules_go.bzl", "GoArchive", "generated_info", "with_std")
load(":shared.bzl", "is_shared")
load(":std_packages.bzl", "STD_PACKAGES")

def own_std_packages(shared):
    """Lists the packages of the standard library that are not shared.

    What a shared package imports is shared, too, or it would not fit.

    Args:
        shared: a MergeSharedInfo, or None.

    Returns:
        list of elements of STD_PACKAGES, dependencies first.
    """
    own = []
    needed = {}
    for package in reversed(STD_PACKAGES):
        if is_shared(shared, package.path) or (package.path in needed and not package.view):
            needed.update({i: True for i in package.imports})
        else:
            own.insert(0, package)

    # A view that shows types of another is of no use without it.
    paths = {p.path: True for p in own}
    return [p for p in own if not p.view or all([i in paths for i in p.imports])]

def service_std(ctx, go, service, namespace, main, own_packages, packages, contain, generated):
    """Compiles the packages of the standard library that a service has of its own.

    Args:
        ctx: the rule's context, with `_mergegen`, `_process`, `_runtime`, `_signals`
            and `_std`.
        go: the service's Go context.
        service: string, the service's name.
        namespace: string.
        main: string, the path of its main package without the namespace.
        own_packages: what own_std_packages() returned.
        packages: File, the paths of all packages under the namespace.
        contain: File that lists generic functions, if panics in goroutines
            that copies start are contained, or None.
        generated: dict of path to File, a source that a view has for the
            service alone.

    Returns:
        struct(go, archives, overlays): a Go context in which the standard
        library lacks these packages, the list of GoArchives that stand in for
        them, and the reports of what was changed in copies.
    """
    std = ctx.attr._std[MergeStdInfo]
    own = with_std(go, _write_package_list(ctx, std, "std.txt", [p.path for p in own_packages]))
    common = [ctx.attr._process, ctx.attr._signals] + ([ctx.attr._runtime] if contain else [])
    common = [in_mode(dep[GoArchive], go.mode) for dep in common]
    substitutions = {
        # The tag of added files, as tools/mergegen/added takes it out.
        "//go:build go_merge_added && ": "//go:build ",
        "//go:build go_merge_added": "//",
        "@SERVICE@": service,
        "@NAMESPACE@": namespace,
        "@MAIN_SYMBOL@": _symbol(main),
    }
    archives = {}
    changes = []
    for package in own_packages:
        sources = std.sources.get(package.path)
        if not sources:
            continue
        dir = "{}.ns/std/{}".format(ctx.label.name, package.path)
        srcs = sources.srcs
        if package.view:
            srcs = srcs + [_for_service(ctx, f, dir, substitutions) for f in sources.written]
            if package.path in generated:
                srcs.append(generated[package.path])
        elif sources.written or package.vendored or contain:
            changed = overlay(
                ctx,
                go,
                struct(srcs = srcs, embedsrcs = [], cover = depset(), importmap = package.path),
                dir = dir,
                service = service,
                namespace = namespace,
                packages = packages,
                hook = struct(srcs = sources.written, rename = package.rename, vendored = package.vendored),
                contain = contain,
            )
            srcs = changed.srcs
            changes.append(changed)

        context = own
        if package.view:
            context = _context_of_view(ctx, go, std, package)
        archives[package.path] = context.archive(context, generated_info(
            context,
            name = "{}.ns/{}".format(ctx.label.name, file_name(namespace, "std", package.path)),
            importpath = package.path,
            importmap = "{}/{}".format(namespace, package.path),
            srcs = srcs,
            deps = [archives[i] for i in package.imports if i in archives] + common,
        ))
    if changes:
        write_overlays(ctx, namespace, {"the standard library": changes})
    return struct(go = own, archives = archives.values(), overlays = [c.report for c in changes])

def _context_of_view(ctx, go, std, package):
    """Returns a Go context in which a view imports originals, and its imports."""
    if not package.imports:
        return go
    return with_std(go, _write_package_list(ctx, std, "std/{}.txt".format(package.path), package.imports))

def _write_package_list(ctx, std, name, own):
    """Writes the packages of the standard library itself, without a list of paths."""
    own = {path: True for path in own}
    file = ctx.actions.declare_file("{}.ns/{}".format(ctx.label.name, name))
    ctx.actions.write(file, "".join([p + "\n" for p in std.packages if p not in own]))
    return file

def _for_service(ctx, template, dir, substitutions):
    file = ctx.actions.declare_file("{}/{}".format(dir, template.basename))
    ctx.actions.expand_template(
        template = template,
        output = file,
        substitutions = substitutions,
    )
    return file

def _symbol(path):
    """Spells a package's path as the linker does."""
    folder, slash, last = path.rpartition("/")
    return folder + slash + last.replace(".", "%2e")
