"""What differs in a service's copies of other modules' packages.

A package that goes around the standard library by system calls ends the process,
or sets what it has once, as the standard library would without views.
"""

load(":archives.bzl", "importpaths")

# The functions that files of //merge/modules replace, in each package, by the platforms that have
# them. Those with their own file, whose line "//mergegen:replaces" names them, need not be in all
# versions. Versions from 2019 on have the others.
_REPLACED = {
    "golang.org/x/sys/unix": [
        struct(
            goos = None,  # any
            names = [
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
            ],
        ),
        struct(
            goos = ["darwin", "linux"],
            names = [
                "Access",
                "Bind",
                "Chroot",
                "Connect",
                "Faccessat",
                "Fchmodat",
                "Fchownat",
                "Fstatat",
                "Getwd",
                "Getxattr",
                "Lchown",
                "Lgetxattr",
                "Linkat",
                "Listxattr",
                "Llistxattr",
                "Lremovexattr",
                "Lsetxattr",
                "Lstat",
                "Mkdirat",
                "Mkfifo",
                "Mknod",
                "Openat",
                "Readlink",
                "Readlinkat",
                "Removexattr",
                "Renameat",
                "Sendmsg",
                "SendmsgN",
                "Sendto",
                "Setxattr",
                "Stat",
                "Statfs",
                "Symlinkat",
                "Unlinkat",
                "Unmount",
                "Utimes",
                "UtimesNano",
                "UtimesNanoAt",
            ],
        ),
        struct(
            goos = ["darwin"],
            names = [
                "Chflags",
                "Exchangedata",
                "Pathconf",
                "Revoke",
                "Undelete",
            ],
        ),
        struct(
            goos = ["linux"],
            names = [
                "Acct",
                "FanotifyMark",
                "Futimesat",
                "Getcwd",
                "InotifyAddWatch",
                "Mknodat",
                "Mount",
                "PivotRoot",
                "Renameat2",
                "Statx",
                "Utime",
                "Waitid",
            ],
        ),
    ],
}

def module_edits(ctx, archive, goos):
    """Returns what a package's overlay changes other than names, as for overlay().

    Args:
        ctx: the rule's context, with `_modules`.
        archive: the package's GoArchive, without the namespace.
        goos: string, what the package is compiled for.

    Returns:
        struct(srcs, rename, vendored), or None. The files that are added import
        merge/runtime/process.
    """
    for importpath in importpaths(archive.data):
        if importpath in _REPLACED:
            names = [
                name
                for part in _REPLACED[importpath]
                if not part.goos or goos in part.goos
                for name in part.names
            ]
            return struct(
                srcs = [f for f in ctx.files._modules if f.dirname.endswith("merge/modules/" + importpath)],
                rename = {name: "goMerge" + name for name in names},
                vendored = [],
            )
    return None
