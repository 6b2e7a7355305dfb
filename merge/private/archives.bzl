"""Walks and copies of rules_go's archive graph."""

load(":labels.bzl", "display_label")
load(":rules_go.bzl", "change_archive", "change_data", "change_info")

# Starlark has no unbounded loop. No program comes near this many imports.
_MAX_STEPS = 1 << 24

def postorder(root):
    """Lists an archive and all it imports, dependencies first, each once.

    Args:
        root: a GoArchive.

    Returns:
        a list of GoArchive, one per importmap.
    """
    order = []
    seen = {root.data.importmap: root.data.label}
    stack = [(root, 0)]
    for _ in range(_MAX_STEPS):
        if not stack:
            return order
        archive, next_import = stack.pop()
        if next_import == len(archive.direct):
            order.append(archive)
            continue
        stack.append((archive, next_import + 1))
        imported = archive.direct[next_import]
        importmap = imported.data.importmap
        label = seen.get(importmap)
        if label == None:
            seen[importmap] = imported.data.label
            stack.append((imported, 0))
        elif label != imported.data.label:
            fail(("{root}: package {importmap} is provided by {first} and by {second}; " +
                  "make all targets depend on one of them").format(
                root = display_label(root.data.label),
                importmap = importmap,
                first = display_label(label),
                second = display_label(imported.data.label),
            ))
    fail("{}: more than {} imports".format(display_label(root.data.label), _MAX_STEPS))

def importpaths(data):
    """Returns the paths by which sources import a package.

    They are what well-known packages are known by. The importmap is another
    where the package is in a vendor folder.

    Args:
        data: a GoArchiveData.

    Returns:
        list of string.
    """
    return [data.importpath] + list(data.importpath_aliases)

def importable_as(archive, importpath, mode):
    """Copies an archive for a package that imports it by another path.

    Glue imports the same importpath from several namespaces, and the generated
    main package imports packages named main.

    Args:
        archive: a GoArchive.
        importpath: string, the path in the importing package's source.
        mode: the mode of the importing package. Services may be compiled with
            their own build tags, which rules_go counts as another mode.

    Returns:
        a GoArchive.
    """
    return change_archive(
        archive,
        source = change_info(archive.source, mode = mode),
        data = change_data(archive.data, importpath = importpath, importpath_aliases = ()),
    )

def in_mode(archive, mode):
    """Copies an archive for a package that is compiled in another mode.

    Args:
        archive: a GoArchive.
        mode: the mode of the importing package.

    Returns:
        a GoArchive.
    """
    if archive.source.mode == mode:
        return archive
    return change_archive(archive, source = change_info(archive.source, mode = mode))
