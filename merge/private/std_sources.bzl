"""The sources of the standard library that services get views and copies of."""

load(":go_version.bzl", "go_minor", "require_go")
load(":mergegen.bzl", "MERGEGEN_TOOLCHAIN", "add_platform", "mergegen_args", "run_mergegen")
load(":providers.bzl", "MergeStdInfo")
load(":rules_go.bzl", "GO_CONTEXT_ATTRS", "go_context", "go_rule")
load(":std_packages.bzl", "GO_VERSIONS", "STD_ORIGINALS", "STD_PACKAGES")

def _std_sources_impl(ctx):
    go = go_context(ctx)
    require_go(ctx.label, go.sdk.version)
    packages = _packages_of_sdk(go.sdk)
    written = _by_folder(ctx.files.written, ctx.label.package + "/")

    checked = _check(ctx, go, packages, written)

    sources = {}
    for package in STD_PACKAGES:
        srcs = packages.get(package.path, [])
        if not srcs:
            continue  # another Go version
        if package.view:
            srcs = [_view(ctx, go, package.path, srcs, written.get(package.path, []), checked)]
        sources[package.path] = struct(srcs = srcs, written = written.get(package.path, []))

    views = [sources[p.path].srcs[0] for p in STD_PACKAGES if p.view and p.path in sources]
    return [
        DefaultInfo(files = depset(views)),
        MergeStdInfo(
            packages = sorted(packages),
            go_sources = depset([
                src
                for path, srcs in packages.items()
                for src in srcs
                if src.extension == "go" and not path.startswith("cmd/")
            ]),
            sources = sources,
        ),
    ]

def _packages_of_sdk(sdk):
    """Returns the source files of every package of the standard library by its path."""
    root = sdk.root_file.dirname + "/src/"
    packages = {}
    for src in sdk.srcs.to_list():
        if src.dirname.startswith(root) and src.extension in ["go", "h", "s"]:
            packages.setdefault(src.dirname[len(root):], []).append(src)
    return packages

def _by_folder(files, base):
    folders = {}
    for file in files:
        folder = file.short_path.removeprefix("../").rpartition("/")[0]
        folders.setdefault(folder[folder.find(base) + len(base):], []).append(file)
    return folders

def _check(ctx, go, packages, written):
    """Declares the action that fails for an SDK that the lists do not fit.

    Returns:
        File that what is made of the SDK waits for, so that nothing else fails.
    """
    table = ctx.actions.declare_file(ctx.label.name + ".views/table.json")
    ctx.actions.write(table, json.encode(struct(
        versions = GO_VERSIONS,
        packages = [struct(path = p.path, view = p.view, imports = p.imports) for p in STD_PACKAGES],
        originals = STD_ORIGINALS,
    )))

    # Of a Go that the lists are made for, only imports are in question.
    own = {p.path: True for p in STD_PACKAGES}
    known = go_minor(go.sdk.version) in GO_VERSIONS
    srcs = []
    for path, files in packages.items():
        if not known or path in own or path.startswith("vendor/") or "/internal/" in "/{}/".format(path):
            srcs.extend([f for f in files if f.extension == "go"])

    out = ctx.actions.declare_file(ctx.label.name + ".views/checked.txt")
    args = mergegen_args(ctx)
    args.add("--table", table)
    args.add("--go-version", go.sdk.version)
    args.add("--root", go.sdk.root_file)
    args.add_all(srcs, before_each = "--src")
    for path, files in written.items():
        args.add_all(files, before_each = "--written", format_each = path + "=%s")
    args.add("--goos", go.mode.goos)
    args.add("--goarch", go.mode.goarch)
    args.add("-o", out)
    run_mergegen(
        ctx,
        "checkstd",
        [args],
        inputs = srcs + ctx.files.written + [table, go.sdk.root_file],
        outputs = [out],
        mnemonic = "GoMergeCheckStd",
        progress_message = "Checking the standard library of Go {}".format(go.sdk.version),
    )
    return out

def _view(ctx, go, path, srcs, written, checked):
    """Declares the action that generates a view."""
    srcs = [f for f in srcs if f.extension == "go"]
    out = ctx.actions.declare_file("{}.views/{}.go".format(ctx.label.name, path))
    args = mergegen_args(ctx)
    args.add("--package", path)
    args.add_all(srcs, before_each = "--src")
    args.add_all(written, before_each = "--written")
    add_platform(args, go)
    args.add("-o", out)
    run_mergegen(
        ctx,
        "view",
        [args],
        inputs = srcs + written + [checked],
        outputs = [out],
        mnemonic = "GoMergeView",
        progress_message = "Generating the view of {}".format(path),
    )
    return out

std_sources = go_rule(
    _std_sources_impl,
    doc = "Prepares what all services need for their views of the standard library. There is one target of it.",
    attrs = {
        "written": attr.label_list(
            doc = "Files below this package's folder that are added to the package of the standard library that their folder is named after. In them @SERVICE@ stands for the service's name.",
            allow_files = True,
        ),
    } | GO_CONTEXT_ATTRS,
    toolchains = [MERGEGEN_TOOLCHAIN],
)
