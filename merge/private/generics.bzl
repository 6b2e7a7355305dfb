"""The generic functions that a service's code may call."""

load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def generics(ctx, go, archives):
    """Declares the action that lists exported generic functions.

    Go statements that call one cannot always be rewritten to contain panics,
    and the syntax of the call does not tell which those are.

    Args:
        ctx: the rule's context, with `_mergegen`.
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
        for importpath in [archive.data.importpath] + list(archive.data.importpath_aliases)
    ]

def _go_sources(archive):
    return [src for src in archive.source.srcs if src.extension == "go" and not src.is_directory]
