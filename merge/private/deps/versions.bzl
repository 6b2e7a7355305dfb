"""The module versions that a go.mod file and its go.sum file settle.

From Go 1.17 on, go.mod lists every module that the build needs. Nothing is
selected here; what Go would first have to change is an error.
"""

def module_versions(go_mod, sums, files):
    """Returns the modules of a dependency set.

    Args:
      go_mod: see decode_go_mod in go_mod.bzl.
      sums: dict from "path@version" to sum, or None without a go.sum file.
      files: struct(go_mod, go_sum, tidy): the names of the two files in error
        messages, and the command that brings them up to date.

    Returns:
      A list of struct(path, version, sum, replace, local_path, direct, line),
      sorted by path, and a list of error messages. `replace` is the path of
      the module to download instead, or empty; `local_path` is the replacing
      directory as go.mod spells it, or empty, and then there is no version
      and no sum.
    """
    errors = []
    if not _lists_all_modules(go_mod.go.version):
        errors.append(
            ("{}:{}: {} means that not all modules are listed here, which takes go 1.17 or later; " +
             "run: {} -go=1.21").format(
                files.go_mod,
                go_mod.go.line,
                "go " + go_mod.go.version if go_mod.go.version else "no go directive",
                files.tidy,
            ),
        )
        return [], errors

    replacements = {}
    for replace in go_mod.replace:
        replacements[(replace.path, replace.version)] = replace
    excluded = {(exclude.path, exclude.version): exclude for exclude in go_mod.exclude}

    modules = {}
    missing = []
    for require in go_mod.require:
        previous = modules.get(require.path)
        if previous:
            if previous.required != require.version:
                errors.append("{}:{}: module {} is required at {} and, on line {}, at {}; run: {}".format(
                    files.go_mod,
                    require.line,
                    require.path,
                    require.version,
                    previous.line,
                    previous.required,
                    files.tidy,
                ))
            continue
        exclude = excluded.get((require.path, require.version))
        if exclude:
            errors.append("{}:{}: module {}@{} is excluded on line {}; run: {}".format(
                files.go_mod,
                require.line,
                require.path,
                require.version,
                exclude.line,
                files.tidy,
            ))
            continue
        replace = replacements.get((require.path, require.version)) or replacements.get((require.path, ""))
        module = _module(require, replace, sums or {}, go_mod.tools)
        if not module.local_path and not module.sum:
            missing.append((module, replace))
        modules[require.path] = module

    if missing and sums == None:
        errors.append("{}: no such file, but {} requires modules; run: {}".format(
            files.go_sum,
            files.go_mod,
            files.tidy,
        ))
    else:
        for module, replace in missing:
            errors.append("{}:{}: module {}@{} has no sum in {}; run: {}".format(
                files.go_mod,
                replace.line if replace else module.line,
                module.replace or module.path,
                module.version,
                files.go_sum,
                files.tidy,
            ))
    return [modules[path] for path in sorted(modules)], errors

def _module(require, replace, sums, tools):
    local_path = replace.new_path if replace and not replace.new_version else ""
    source = replace.new_path if replace else require.path
    version = replace.new_version if replace else require.version
    return struct(
        path = require.path,
        required = require.version,
        version = version,
        sum = "" if local_path else sums.get("{}@{}".format(source, version), ""),
        replace = source if replace and not local_path else "",
        local_path = local_path,
        direct = not require.indirect or _provides_tool(require.path, tools),
        line = replace.line if local_path else require.line,
    )

def _provides_tool(path, tools):
    for tool in tools:
        if tool == path or tool.startswith(path + "/"):
            return True
    return False

def _lists_all_modules(go_version):
    major, _, rest = go_version.partition(".")
    minor = ""
    for char in rest.elems():
        if not char.isdigit():
            break
        minor += char
    if not major.isdigit() or not minor:
        return False
    return (int(major), int(minor)) >= (1, 17)
