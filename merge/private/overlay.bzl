"""Overlays: copies of a package's sources with what importmap cannot express."""

load(":archives.bzl", "importpaths")
load(":labels.bzl", "display_label")
load(":mergegen.bzl", "add_platform", "mergegen_args", "run_mergegen")

_HEADERS = ["h", "hh", "hpp", "hxx", "inc"]

# Sources that the Go builder reads as text. Other files, such as directories
# made by code generators, are passed on as they are.
_COPIED = ["go", "s", "S", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inc", "m", "mm"]

def overlay(ctx, service, source, dir, edits = None, entry = None):
    """Declares the files of a package's overlay, which write_overlays() writes.

    Every package has one, since only its text shows whether it names symbols
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
        struct(dir, srcs, embedsrcs, roots, instrumented, report, action). roots
        lists the folders that stand in for the execution root where headers are
        looked for. instrumented lists structs (original, copy) of Files.
    """
    base = _common_folder([src for src in source.srcs if _is_copied(src)])
    roots = []
    top = dir
    if [src for src in source.srcs if src.extension in _HEADERS]:
        # Headers are included by their paths from the execution root, too, so the
        # copies mirror these below a folder that is searched.
        top += "/go_merge_root"  # below which no package has copies
        roots.append(_marker(ctx, top + "/go_merge_root.h", "Has a folder searched for headers."))
        top = _join(top, base)
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
        if not _is_copied(src):
            srcs.append(src)
            continue
        path = _below(_root_relative(src), base)
        if path in taken:
            path = "{}_/{}".format(len(taken), path)
        taken[path] = True
        copy = ctx.actions.declare_file("{}/{}".format(top, path))
        copies.append(struct(original = src, copy = copy))
        srcs.append(copy)
    args.add_all(copies, before_each = "--src", map_each = _original_and_copy)

    added = []
    by_name = {}
    for file in edits.srcs if edits else []:
        if file.basename in by_name:
            fail("{}: {} and {} are both added to package {}; rename one of them".format(
                display_label(ctx.label),
                by_name[file.basename].short_path,
                file.short_path,
                source.importpath,
            ))
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
        args.add("--generics", service.generics)

    by_original = {pair.original: pair.copy for pair in copies + added}
    report = ctx.actions.declare_file(dir + "/overlay.json")
    args.add("--report", report)
    embedded = _place_embedded(ctx, source)
    return struct(
        dir = dir,
        # The folders of the first ones are looked at first.
        srcs = srcs + embedded.markers + roots + ([entry] if entry else []),
        embedsrcs = embedded.files,
        roots = [marker.dirname for marker in roots],
        instrumented = [struct(original = f, copy = by_original.get(f, f)) for f in source.cover.to_list()],
        report = report,
        action = struct(
            args = args,
            inputs = by_original.keys() + [service.packages] + service.symbols + ([service.generics] if service.generics else []),
            outputs = by_original.values() + [report],
        ),
    )

def _original_and_copy(pair):
    return "{}\t{}".format(pair.original.path, pair.copy.path)

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

def _place_embedded(ctx, source):
    """Links the files that a package embeds, in a separate folder.

    The Go builder looks for them in the folders that sources are in. A package
    may embed its own sources, so it is not the folder of their copies.

    Args:
        ctx: the rule's context.
        source: the package's GoInfo.

    Returns:
        struct(files, markers), lists of File. A marker is a source that has the
        builder look into the folder.
    """
    if not source.embedsrcs:
        return struct(files = [], markers = [])
    folders = {_folder(_root_relative(src)): True for src in source.srcs}
    folders[_join(source.label.workspace_root, source.label.package)] = True
    dir = "{}.embed/{}".format(ctx.label.name, source.importmap)
    links = {}
    for file in source.embedsrcs:
        path = _root_relative(file)
        for folder in folders:
            if _is_below(path, folder):
                # Of several files with one name the builder takes the first.
                links.setdefault(_below(path, folder), file)
                break
    files = []
    for path, file in links.items():
        if file.is_directory:
            link = ctx.actions.declare_directory("{}/{}".format(dir, path))
        else:
            link = ctx.actions.declare_file("{}/{}".format(dir, path))
        ctx.actions.symlink(output = link, target_file = file)
        files.append(link)
    return struct(files = files, markers = [_marker(ctx, dir + "/go_merge_embed.h", "Has a folder searched for embedded files.")])

def _marker(ctx, path, why):
    """Declares a header without declarations, for what is done to its folder."""
    file = ctx.actions.declare_file(path)
    ctx.actions.write(file, "// {}\n".format(why))
    return file

def mirrored(opts, roots, bin_dir):
    """Adds to options of a C compiler the folders of copies.

    Args:
        opts: list of string, each with one or several options.
        roots: list of string, what overlay() returned.
        bin_dir: string, the path of the folder that files are made in.

    Returns:
        list of string, where a folder that is searched is behind those that stand
        in for it.
    """
    if not roots:
        return opts
    words = [word for opt in opts for word in opt.split(" ") if word]
    out = []
    flag = ""
    for word in words:
        before = flag
        flag = word if word in _INCLUDE_FLAGS else ""
        path = word if before else ""
        for prefix in _INCLUDE_FLAGS if not before and not flag else []:
            if word.startswith(prefix):
                before, path = prefix, word[len(prefix):]
                break
        if path and not path.startswith("/"):
            for root in roots:
                out.extend([before, _join(root, _below(path, bin_dir) if _is_below(path, bin_dir) else path)])
            out.extend([before, path])
        elif path:
            out.extend([before, path])
        elif not flag:
            out.append(word)
    return out

# Longer ones first, where one begins as another does.
_INCLUDE_FLAGS = ["-idirafter", "-iquote", "-isystem", "-I"]

def _is_copied(file):
    return not file.is_directory and file.extension in _COPIED

def _root_relative(file):
    """Returns a file's path from the execution root, or from that of made files."""
    return _below(file.path, file.root.path)

def _common_folder(files):
    """Returns the deepest folder that all files are below."""
    common = None
    for file in files:
        folder = _folder(_root_relative(file)).split("/")
        if common == None:
            common = folder
        same = 0
        for a, b in zip(common, folder):
            if a != b:
                break
            same += 1
        common = common[:same]
    return "/".join(common or [])

def _folder(path):
    return path.rpartition("/")[0]

def _is_below(path, folder):
    return not folder or path == folder or path.startswith(folder + "/")

def _below(path, folder):
    """Returns the part of a path behind a folder that it is below."""
    return path[len(folder) + 1:] if folder else path

def _join(*paths):
    return "/".join([path for path in paths if path])

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
    return [src for src in archive.source.srcs if _is_copied(src)]

def generics(ctx, go, std, archives):
    """Declares the action that lists exported generic functions.

    Go statements that call one cannot always be rewritten to contain panics,
    and the syntax of the call does not show which those are.

    Args:
        ctx: the rule's context.
        go: the Go context.
        std: MergeStdInfo.
        archives: list of GoArchive, all packages of the service.

    Returns:
        a File.
    """
    args = mergegen_args(ctx)
    args.add("--go-version", go.sdk.version)
    args.add("--std-root", go.sdk.root_file.dirname + "/src")
    args.add_all(std.go_sources, before_each = "--std")
    args.add_all(archives, before_each = "--src", map_each = _sources_by_importpath)
    file = ctx.actions.declare_file(ctx.label.name + ".ns/generics.txt")
    args.add("-o", file)
    run_mergegen(
        ctx,
        "generics",
        [args],
        inputs = depset([src for archive in archives for src in _go_sources(archive)], transitive = [std.go_sources]),
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
