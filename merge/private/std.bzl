"""A service's own packages of the standard library."""

load(":archives.bzl", "in_mode")
load(":mergegen.bzl", "mergegen_args", "run_mergegen")
load(":namespace.bzl", "file_name")
load(":overlay.bzl", "overlay", "write_overlays")
load(":providers.bzl", "MergeStdInfo")
load(":rules_go.bzl", "GoArchive", "generated_info", "package_metadata", "with_std")
load(":shared.bzl", "is_shared")
load(":std_packages.bzl", "STD_PACKAGES")

def own_std_packages(shared, folder = False):
    """Lists the packages of the standard library that are not shared.

    What a shared package imports is shared, too, or it would not fit.

    Args:
        shared: a MergeSharedInfo, or None.
        folder: whether the service has its own working directory.

    Returns:
        list of elements of STD_PACKAGES, dependencies first.
    """
    own = []
    needed = {}
    for package in reversed(STD_PACKAGES):
        if package.folder and not folder:
            continue
        if is_shared(shared, package.path) or (package.path in needed and not package.view):
            needed.update({i: True for i in package.imports})
        else:
            own.insert(0, package)

    # A view that shows types of another is of no use without it.
    paths = {p.path: True for p in own}
    return [p for p in own if not p.view or all([i in paths for i in p.imports])]

def service_std(ctx, service, root, archives):
    """Compiles the packages of the standard library that a service has for itself.

    Args:
        ctx: the rule's context, with `_process`, `_runtime`, `_signals` and `_std`.
        service: as for overlay(), and with own_std = what own_std_packages()
            returned.
        root: GoArchive, the service's binary.
        archives: list of GoArchive, all that it links.

    Returns:
        struct(go_with_own_std, archives, overlays): a Go context in which the
        standard library lacks these packages, the list of GoArchives that stand in
        for them, and the reports of what was changed in copies.
    """
    std = ctx.attr._std[MergeStdInfo]
    go_with_own_std = with_std(service.go, _write_std_list(ctx, std, "std.txt", [p.path for p in service.own_std]))
    common = [ctx.attr._process, ctx.attr._signals] + ([ctx.attr._runtime] if service.generics else [])
    common = [in_mode(dep[GoArchive], service.go.mode) for dep in common]
    substitutions = {
        # The tag of added files, as tools/mergegen/added takes it out.
        "//go:build go_merge_added && ": "//go:build ",
        "//go:build go_merge_added": "//",
        "@SERVICE@": service.name,
        "@NAMESPACE@": service.namespace,
        "@MAIN_SYMBOL@": _symbol(root.data.importmap),
    }
    build_info = _build_info(ctx, root, archives)
    compiled = {}
    changes = []
    for package in service.own_std:
        sources = std.sources.get(package.path)
        if not sources:
            continue
        dir = "{}.ns/std/{}".format(ctx.label.name, package.path)
        srcs = sources.srcs
        if package.view:
            srcs = srcs + [_for_service(ctx, f, dir, substitutions) for f in sources.written]
            if package.path == "runtime/debug":
                srcs.append(build_info)
        elif sources.written or package.vendored or service.generics:
            changed = overlay(
                ctx,
                service,
                struct(srcs = srcs, embedsrcs = [], cover = depset(), importmap = package.path),
                dir = dir,
                edits = struct(srcs = sources.written, rename = package.rename, vendored = package.vendored),
            )
            srcs = changed.srcs
            changes.append(changed)

        go = _go_of_view(ctx, service.go, std, package) if package.view else go_with_own_std
        compiled[package.path] = go.archive(go, generated_info(
            go,
            name = "{}.ns/{}".format(ctx.label.name, file_name(service.namespace, "std", package.path)),
            importpath = package.path,
            importmap = "{}/{}".format(service.namespace, package.path),
            srcs = srcs,
            deps = [compiled[i] for i in package.imports if i in compiled] + common,
        ))
    if changes:
        write_overlays(ctx, service.namespace, {"the standard library": changes})
    return struct(go_with_own_std = go_with_own_std, archives = compiled.values(), overlays = [c.report for c in changes])

def _go_of_view(ctx, go, std, package):
    """Returns a Go context in which a view imports originals, and its imports."""
    if not package.imports:
        return go
    return with_std(go, _write_std_list(ctx, std, "std/{}.txt".format(package.path), package.imports))

def _write_std_list(ctx, std, name, own):
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

def _build_info(ctx, root, archives):
    """Declares the action that writes what debug.ReadBuildInfo tells a service: what it tells its own binary.

    rules_go leaves out modules of packages that only BUILD files name. Which
    packages those are is known when they are compiled, which is too late here.

    Args:
        ctx: the rule's context.
        root: GoArchive, the service's binary.
        archives: list of GoArchive, all that it links.

    Returns:
        File, a source of package runtime/debug.
    """
    args = mergegen_args(ctx)
    args.add("--path", root.data.importpath)
    main = package_metadata(root)
    if main:
        args.add("--main", main)
    deps = depset([package_metadata(a) for a in archives if package_metadata(a)])
    args.add_all(deps, before_each = "--dep")

    out = ctx.actions.declare_file(ctx.label.name + ".ns/buildinfo.go")
    args.add("-o", out)
    run_mergegen(
        ctx,
        "buildinfo",
        [args],
        inputs = depset([main] if main else [], transitive = [deps]),
        outputs = [out],
        mnemonic = "GoMergeBuildInfo",
        progress_message = "Listing the modules of %{label}",
    )
    return out
