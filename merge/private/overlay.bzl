"""Overlays: copies of a package's sources with what importmap cannot express."""

load(":archives.bzl", "importpaths")
load(":mergegen.bzl", "add_platform", "mergegen_args", "run_mergegen")

_RUNTIME = "github.com/gomerge/rules_go_merge/merge/runtime"

# Sources that the Go builder reads as text. Other files, such as directories
# made by code generators, are passed on as they are.
_COPIED = ["go", "s", "S", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inc", "m", "mm"]

def overlay(ctx, service, source, dir, edits = None, entry = None):
    """Declares the files of a package's overlay, which write_overlays() writes.

    Every package has one, since only its text tells whether it names symbols
    of other packages. The copies report the paths and lines of the originals.

    Args:
        ctx: the rule's context.
        service: the service that is compiled: struct(name and namespace =
            strings; go = its Go context; packages = File, the paths of all
            packages under the namespace; generics = what generics() returned, if
            panics in goroutines are contained, or None; symbols = list of File,
            what unowned() returned as own).
        source: the package's GoInfo.
        dir: string, folder of the copies below the rule's package.
        edits: struct(srcs = list of File that are added, rename = dict of
            functions to their other names, vendored = list of imports from the
            standard library's vendor folder), or None.
        entry: File that is added to a main package, or None.

    Returns:
        struct(dir, srcs, embedsrcs, instrumented, report, action). instrumented
        lists structs (original, copy) of Files.
    """
    base = _base_dir(source.srcs)
    copies = []
    srcs = []
    taken = {}
    args = mergegen_args(ctx)
    args.add("--service", service.name)
    args.add("--namespace", service.namespace)
    args.add("--packages", service.packages)
    args.add_all(service.symbols, before_each = "--symbols")
    args.add("--importmap", source.importmap)
    add_platform(args, service.go)
    args.add_all(source.cover, before_each = "--cover")

    for src in source.srcs:
        if src.is_directory or src.extension not in _COPIED:
            srcs.append(src)
            continue
        path = _relative(src, base)
        if path in taken:
            path = "{}_/{}".format(len(taken), path)
        taken[path] = True
        copy = ctx.actions.declare_file("{}/{}".format(dir, path))
        copies.append(struct(original = src, copy = copy))
        srcs.append(copy)
    args.add_all(copies, before_each = "--src", map_each = _original_and_copy)

    added = []
    by_name = {}
    for file in edits.srcs if edits else []:
        if file.basename in by_name:
            fail("{} and {} are added to one package: give one of them another name".format(by_name[file.basename].short_path, file.short_path))
        by_name[file.basename] = file
        copy = ctx.actions.declare_file("{}/go_merge_{}".format(dir, file.basename))
        added.append(struct(original = file, copy = copy))
        srcs.append(copy)
    args.add_all(added, before_each = "--add", map_each = _original_and_copy)
    if edits:
        for old, new in edits.rename.items():
            args.add("--rename", "{}={}".format(old, new))
        args.add_all(edits.vendored, before_each = "--vendored")

    if service.generics:
        args.add("--contain", _RUNTIME)
        args.add("--generics", service.generics)

    by_original = {pair.original: pair.copy for pair in copies + added}
    report = ctx.actions.declare_file(dir + "/overlay.json")
    args.add("--report", report)
    return struct(
        dir = dir,
        srcs = srcs + ([entry] if entry else []),
        embedsrcs = [_link_embedded(ctx, f, dir, base) for f in source.embedsrcs],
        instrumented = [struct(original = f, copy = by_original.get(f, f)) for f in source.cover.to_list()],
        report = report,
        action = struct(
            args = args,
            inputs = by_original.keys() + [service.packages] + service.symbols + ([service.generics] if service.generics else []),
            outputs = by_original.values() + [report],
        ),
    )

def _original_and_copy(pair):
    return "{}={}".format(pair.original.path, pair.copy.path)

def write_overlays(ctx, namespace, groups):
    """Declares the actions that write overlays, one for each group.

    An action costs more than the little that it does for a package. Packages
    that change together, such as those of a module, therefore share one.

    Args:
        ctx: the rule's context.
        namespace: string.
        groups: dict of string, what the packages are in messages, to a list of
            what overlay() returned.
    """
    for what, overlays in groups.items():
        run_mergegen(
            ctx,
            "overlay",
            [o.action.args for o in overlays],
            inputs = [f for o in overlays for f in o.action.inputs],
            outputs = [f for o in overlays for f in o.action.outputs],
            mnemonic = "GoMergeOverlay",
            progress_message = "Preparing {} for namespace {}".format(what, namespace),
        )

def _link_embedded(ctx, file, dir, base):
    """Places an embedded file next to the copies, where //go:embed looks for it."""
    path = "{}/{}".format(dir, _relative(file, base))
    if file.is_directory:
        link = ctx.actions.declare_directory(path)
    else:
        link = ctx.actions.declare_file(path)
    ctx.actions.symlink(output = link, target_file = file)
    return link

def _base_dir(srcs):
    """Returns the package's folder: the shortest one that holds a Go file."""
    base = None
    for src in srcs:
        if src.extension == "go":
            dir = src.short_path.rpartition("/")[0]
            if base == None or len(dir) < len(base):
                base = dir
    return base or ""

def _relative(file, base):
    if not base:
        return file.short_path
    if file.short_path.startswith(base + "/"):
        return file.short_path[len(base) + 1:]
    return file.basename

def unowned(ctx, go, packages, own, common):
    """Declares the actions that list the symbols that a service defines without a package's path.

    One package may define such a symbol and another refer to it, so the overlay
    of each depends on all of the service. Only names are in what it depends on,
    which rarely change. What other repositories define changes less often still,
    and is listed apart.

    Args:
        ctx: the rule's context.
        go: the Go context.
        packages: File, the paths of all packages under the namespace.
        own: list of GoArchive, the packages under the namespace.
        common: list of GoArchive, the shared packages.

    Returns:
        struct(own, outside): lists of Files, names that get the namespace, and
        JSON with the definitions of what the process has once.
    """
    groups = {}
    for archive in own:
        group = "repository" if archive.data.label.repo_name == ctx.label.repo_name else "dependencies"
        groups.setdefault(group, []).append(archive)
    cgo = [a for a in own + common if a.source.cgo]
    result = struct(own = [], outside = [])
    for group, archives in groups.items():
        args = mergegen_args(ctx)
        add_platform(args, go)
        args.add("--packages", packages)
        args.add_all(archives, before_each = "--src", map_each = _texts_by_importmap)
        args.add_all(common, before_each = "--shared-src", map_each = _texts_by_importmap)
        args.add_all(cgo, before_each = "--cgo-src", map_each = _texts_by_importmap)
        names = ctx.actions.declare_file("{}.ns/symbols.{}.txt".format(ctx.label.name, group))
        outside = ctx.actions.declare_file("{}.ns/symbols.{}.json".format(ctx.label.name, group))
        args.add("--own", names)
        args.add("--outside", outside)
        run_mergegen(
            ctx,
            "unowned",
            [args],
            inputs = [packages] + [src for archive in archives + common + cgo for src in _texts(archive)],
            outputs = [names, outside],
            mnemonic = "GoMergeUnowned",
            progress_message = "Listing symbols of no package for %{label}",
        )
        result.own.append(names)
        result.outside.append(outside)
    return result

def _texts_by_importmap(archive):
    return ["{}={}".format(archive.data.importmap, src.path) for src in _texts(archive)]

def _texts(archive):
    return [src for src in archive.source.srcs if src.extension in _COPIED and not src.is_directory]

def generics(ctx, go, archives):
    """Declares the action that lists exported generic functions.

    Go statements that call one cannot always be rewritten to contain panics,
    and the syntax of the call does not tell which those are.

    Args:
        ctx: the rule's context.
        go: the Go context, for the standard library.
        archives: list of GoArchive, all packages of the service.

    Returns:
        a File.
    """
    root = go.sdk.root_file.dirname + "/src"
    std = [
        f
        for f in go.sdk.srcs.to_list()
        if f.extension == "go" and f.dirname.startswith(root + "/") and not f.dirname.startswith(root + "/cmd/")
    ]
    args = mergegen_args(ctx)
    args.add("--go-version", go.sdk.version)
    args.add("--std-root", root)
    args.add_all(std, before_each = "--std")
    args.add_all(archives, before_each = "--src", map_each = _sources_by_importpath)
    file = ctx.actions.declare_file(ctx.label.name + ".ns/generics.txt")
    args.add("-o", file)
    run_mergegen(
        ctx,
        "generics",
        [args],
        inputs = std + [src for archive in archives for src in _go_sources(archive)],
        outputs = [file],
        mnemonic = "GoMergeGenerics",
        progress_message = "Listing generic functions for %{label}",
    )
    return file

def _sources_by_importpath(archive):
    return [
        "{}={}".format(importpath, src.path)
        for src in _go_sources(archive)
        for importpath in importpaths(archive.data)
    ]

def _go_sources(archive):
    return [src for src in archive.source.srcs if src.extension == "go" and not src.is_directory]
