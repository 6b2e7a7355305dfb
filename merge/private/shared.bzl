"""The packages that the services of a merged binary share."""

load(":archives.bzl", "importpaths")
load(":labels.bzl", "display_label")
load(":providers.bzl", "MergeSharedInfo")
load(":rules_go.bzl", "c_libraries")

def _go_merge_shared_impl(ctx):
    for prefix in ctx.attr.prefixes:
        if not prefix or prefix.startswith("/") or prefix.endswith("/"):
            fail("{}: prefixes: {} is not an importpath prefix; write it without a leading or trailing slash".format(display_label(ctx.label), repr(prefix)))
    if not ctx.attr.prefixes and not ctx.attr.libraries:
        fail("{}: shares nothing; name packages in prefixes or C libraries in libraries".format(display_label(ctx.label)))
    return [MergeSharedInfo(
        label = ctx.label,
        prefixes = ctx.attr.prefixes,
        libraries = [display_label(library.label) for library in ctx.attr.libraries],
    )]

go_merge_shared = rule(
    implementation = _go_merge_shared_impl,
    doc = """Names packages and C libraries that a merged binary has once for all services, in no namespace.

All services of a merged binary must name the same `go_merge_shared` target, or none.
A shared package may import shared packages and the standard library only.""",
    attrs = {
        "prefixes": attr.string_list(
            doc = "Importpath prefixes. `example.com/log` covers `example.com/log` and `example.com/log/level`, not `example.com/logger`. A package of the standard library, such as `net/http`, is shared with what it needs: services then have no copies of them.",
        ),
        "libraries": attr.label_list(
            doc = "C libraries that several services link and whose variables they may share, by the labels that the build's message names. Those that shared packages link need not be named.",
            allow_files = True,
        ),
    },
)

def shares(shared, data):
    """Reports whether a package is shared.

    Args:
        shared: a MergeSharedInfo, or None.
        data: the package's GoArchiveData.

    Returns:
        bool.
    """
    return any([is_shared(shared, path) for path in importpaths(data)])

def is_shared(shared, path):
    """Reports whether the package with an importpath is shared.

    Args:
        shared: a MergeSharedInfo, or None.
        path: string, the importpath, which for a vendored package is not the importmap.

    Returns:
        bool.
    """
    if not shared:
        return False
    for prefix in shared.prefixes:
        if path == prefix or path.startswith(prefix + "/"):
            return True
    return False

def shared_c_libraries(shared, archives):
    """Lists the C libraries that services may share.

    Args:
        shared: a MergeSharedInfo, or None.
        archives: list of GoArchive, the shared packages.

    Returns:
        list of string, labels.
    """
    labels = {label: True for label in shared.libraries} if shared else {}
    for archive in archives:
        for file in c_libraries(archive):
            labels[display_label(file.owner)] = True
    return labels.keys()

def validate_shared(service, shared, archives):
    """Fails where a shared package imports one that is not shared.

    Args:
        service: Label of the service.
        shared: a MergeSharedInfo, or None.
        archives: list of GoArchive, the shared packages.
    """
    for archive in archives:
        for imported in archive.direct:
            if not shares(shared, imported.data):
                fail(("{service}: shared package {package} ({package_label}) imports {imported} ({imported_label}), " +
                      "which {shared} does not share. Add {imported} to its prefixes, or take {package} out.").format(
                    service = display_label(service),
                    package = archive.data.importpath,
                    package_label = display_label(archive.data.label),
                    imported = imported.data.importpath,
                    imported_label = display_label(imported.data.label),
                    shared = display_label(shared.label),
                ))

def validate_shared_mode(service, go, root, archives):
    """Fails where a shared package is not compiled as the merged binary is.

    Args:
        service: Label of the service.
        go: the Go context of the merged binary.
        root: GoArchive of the service's own binary.
        archives: list of GoArchive, the shared packages.
    """
    if not archives:
        return
    for setting in ["race", "msan", "pure", "goos", "goarch"]:
        merged = getattr(go.mode, setting)
        own = getattr(root.source.mode, setting)
        if merged != own:
            fail(("{}: shares {} in no namespace, but {} = {} in {} and {} in the merged binary. " +
                  "Set it on the go_merged_binary or the command line, not on the go_binary.").format(
                display_label(service),
                archives[0].data.importmap,
                setting,
                own,
                display_label(root.data.label),
                merged,
            ))
