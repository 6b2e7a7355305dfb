"""The module versions that a go.work file settles.

Of each module Go takes the highest version that any of the used modules
requires. Since these list all that they need, that is the one of the lists.
"""

load(":semver.bzl", "newer")
load(":versions.bzl", "module_versions")

# A go.work file itself lists no modules, whatever its go directive.
_GO_WORK = struct(version = "1.18", line = 1)

def workspace_versions(work, used):
    """Returns the modules of a dependency set that a go.work file makes.

    Args:
      work: struct(go_mod, sums, files) of the go.work file and its go.work.sum
        file, as module_versions in versions.bzl takes them.
      used: list of the same of the modules that it uses.

    Returns:
      A list of pairs of a module, see module_versions, and the index of the
      file in [work] + used that settles it, from which its local path starts,
      and a list of error messages.
    """
    files = [work] + used
    own = {file.go_mod.module: True for file in used}
    owners, errors = _replacements(files)

    required = {}
    direct = {}
    for index, file in enumerate(files):
        for require in file.go_mod.require:
            if require.path in own:
                continue
            if not require.indirect:
                direct[require.path] = True
            previous = required.get(require.path)
            if not previous or newer(require.version, previous.require.version):
                required[require.path] = struct(require = require, index = index)

    sums = {}
    tools = []
    for file in files:
        sums.update(file.sums or {})
        tools.extend(file.go_mod.tools)

    # Where a module is replaced, the directive's file says what it is.
    groups = [[] for _ in files]
    for path, found in required.items():
        index = owners.get((path, found.require.version), owners.get((path, ""), found.index))
        groups[index].append(struct(
            path = path,
            version = found.require.version,
            indirect = path not in direct,
            line = found.require.line,
        ))

    modules = []
    for index, file in enumerate(files):
        more, more_errors = module_versions(
            struct(
                go = file.go_mod.go if index else _GO_WORK,
                require = groups[index],
                replace = file.go_mod.replace,
                exclude = file.go_mod.exclude,
                tools = tools,
            ),
            sums,
            file.files,
        )
        modules.extend([(module, index) for module in more])
        errors.extend(more_errors)
    return sorted(modules, key = lambda pair: pair[0].path), errors

def _replacements(files):
    """Returns the index of the file that replaces a module, by path and version."""
    owners = {}
    errors = []
    directives = {}
    for index, file in enumerate(files):
        for replace in file.go_mod.replace:
            key = (replace.path, replace.version)
            owner = owners.setdefault(key, index)
            first = directives.setdefault(key, replace)
            if owner == 0 or _source(file, replace) == _source(files[owner], first):
                continue
            errors.append("{}:{}: module {} is replaced by {} here and, at {}:{}, by {}; choose one with a replace directive in {}".format(
                file.files.go_mod,
                replace.line,
                replace.path,
                replace.new_path,
                files[owner].files.go_mod,
                first.line,
                first.new_path,
                files[0].files.go_mod,
            ))
    return owners, errors

def _source(file, replace):
    """Spells what replaces a module in the same way for all files."""
    if replace.new_version or not replace.new_path.startswith("."):
        return (replace.new_path, replace.new_version)
    return (join(file.files.go_mod.rpartition("/")[0], replace.new_path), "")

def join(folder, path):
    """Joins two slash-separated paths, the second of which may begin with dots.

    Args:
      folder: a folder below the workspace's root, or empty for the root.
      path: a path relative to it.

    Returns:
      The path below the root, without dots as far as it is there.
    """
    parts = []
    for part in (folder + "/" + path).split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/".join(parts)
