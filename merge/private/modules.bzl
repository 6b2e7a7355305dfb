"""What a service's copies of other modules' packages have of their own.

A package that goes around the standard library by system calls ends the process,
or sets what it has once, as the standard library would without views.
"""

load(":archives.bzl", "importpaths")

# The functions that files of //merge/modules replace, in each package. Those with a file of their own,
# whose line "//mergegen:replaces" names them, need not be in all versions.
_REPLACED = {
    "golang.org/x/sys/unix": [
        "Chdir",
        "Chmod",
        "Chown",
        "Exit",
        "Fchdir",
        "Link",
        "Mkdir",
        "Open",
        "Rename",
        "Rmdir",
        "Symlink",
        "Truncate",
        "Umask",
        "Unlink",
        "Wait4",
        "Waitid",
    ],
}

def module_edits(ctx, archive):
    """Returns what a package's overlay changes besides names, as for overlay().

    Args:
        ctx: the rule's context, with `_modules`.
        archive: the package's GoArchive, without the namespace.

    Returns:
        struct(srcs, rename, vendored), or None.
    """
    for importpath in importpaths(archive.data):
        if importpath in _REPLACED:
            return struct(
                srcs = [f for f in ctx.files._modules if f.dirname.endswith("merge/modules/" + importpath)],
                rename = {name: "goMerge" + name for name in _REPLACED[importpath]},
                vendored = [],
            )
    return None
