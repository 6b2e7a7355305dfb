"""The generic functions that a service's code may call.

```starlark
load(":generics.bzl", "generics")

file = generics(ctx, go, archives)
```
"""

load(":mergegen.bzl", "mergegen_args")

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
    args.add("--std-root", root)
    args.add_all(std, before_each = "--std")
    own = []
    for archive in archives:
        for src in archive.source.srcs:
            if src.extension == "go" and not src.is_directory:
                own.append(src)
                for importpath in [archive.data.importpath] + list(archive.data.importpath_aliases):
                    args.add("--src", "{}={}".format(importpath, src.path))
    file = ctx.actions.declare_file(ctx.label.name + ".ns/generics.txt")
    args.add("-o", file)
    ctx.actions.run(
        executable = ctx.executable._mergegen,
        arguments = ["generics", args],
        inputs = std + own,
        outputs = [file],
        mnemonic = "GoMergeGenerics",
        progress_message = "Listing generic functions for %{label}",
    )
    return file
