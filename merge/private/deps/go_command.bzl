"""Reads the files of a dependency set with the host's Go SDK."""

load("@go_host_compatible_sdk_label//:defs.bzl", "HOST_COMPATIBLE_SDK")
load(":go_mod.bzl", "decode_go_mod", "decode_go_work", "parse_go_sum")
load(":versions.bzl", "module_versions")
load(":workspace_versions.bzl", "join", "workspace_versions")

def read_modules(ctx, attrs):
    """Reads the modules of a set.

    Args:
        ctx: module_ctx or repository_ctx.
        attrs: struct with FILE_ATTRS of tags.bzl.

    Returns:
        A list of structs, see module_versions in versions.bzl, with absolute
        local paths.
    """
    if attrs.go_work:
        return read_workspace(ctx, attrs.go_work)
    return read_versions(ctx, attrs.go_mod, attrs.go_sum)

def read_versions(module_ctx, go_mod, go_sum):
    """Returns the module versions that a go.mod file lists, or fails.

    Args:
      module_ctx: the context of the module extension.
      go_mod: label of the go.mod file.
      go_sum: label of the go.sum file; None for the one beside go.mod.

    Returns:
      A list of structs, see module_versions in versions.bzl, with absolute
      local paths.
    """
    if not go_mod.name.endswith(".mod"):
        fail("{}: not a go.mod file; name one, or a file for `go -modfile`, whose name ends in .mod".format(go_mod))
    go_sum = go_sum or go_mod.same_package_label(go_mod.name.removesuffix("mod") + "sum")
    go_mod_path = module_ctx.path(go_mod)
    files = struct(
        go_mod = _display(go_mod),
        go_sum = _display(go_sum),
        tidy = _tidy_command(go_mod.name, _display(go_mod).rpartition("/")[0] if not go_mod.repo_name else str(go_mod_path.dirname)),
    )
    file = _read_go_mod(module_ctx, go_mod_path, module_ctx.path(go_sum), files)
    modules, errors = module_versions(file.go_mod, file.sums, files)
    errors = file.errors + errors
    if errors:
        fail("\n" + "\n".join(errors))
    return [_with_absolute_path(module_ctx, module, go_mod_path.dirname, files) for module in modules]

def read_workspace(module_ctx, go_work):
    """Returns the module versions that a go.work file settles, or fails.

    Args:
      module_ctx: the context of the module extension.
      go_work: label of the go.work file.

    Returns:
      A list as read_versions returns it.
    """
    path = module_ctx.path(go_work)
    files = struct(
        go_mod = _display(go_work),
        go_sum = _display(go_work) + ".sum",
        tidy = "go work sync",
    )
    if not path.exists:
        module_ctx.watch(path)
        fail("\n{}: no such file; run: go work init, and go work use -r .".format(files.go_mod))
    sums, errors = _read_go_sum(module_ctx, path.dirname.get_child(path.basename + ".sum"), files)
    work, uses = decode_go_work(_edit_json(module_ctx, "work", path, files), module_ctx.read(path, watch = "yes"))
    used = []
    folders = [path.dirname]
    for use in uses:
        folder = _folder(module_ctx, path.dirname, use.path)
        name = use.path if _is_absolute(use.path) else join(files.go_mod.rpartition("/")[0], use.path)
        prefix = name + "/" if name else ""
        if not folder.get_child("go.mod").exists:
            module_ctx.watch(folder.get_child("go.mod"))
            fail("\n{}:{}: folder {} has no go.mod file; correct the path or remove the directive".format(files.go_mod, use.line, use.path))
        used_files = struct(go_mod = prefix + "go.mod", go_sum = prefix + "go.sum", tidy = _tidy_command("go.mod", name))
        file = _read_go_mod(module_ctx, folder.get_child("go.mod"), folder.get_child("go.sum"), used_files)
        errors.extend(file.errors)
        used.append(file)
        folders.append(folder)
    modules, more_errors = workspace_versions(struct(go_mod = work, sums = sums, files = files), used)
    errors = errors + more_errors
    if errors:
        fail("\n" + "\n".join(errors))
    all_files = [files] + [file.files for file in used]
    return [_with_absolute_path(module_ctx, module, folders[index], all_files[index]) for module, index in modules]

def _read_go_mod(module_ctx, path, go_sum_path, files):
    """Returns struct(go_mod, sums, errors, files); sums is None without a go.sum file."""
    if not path.exists:
        module_ctx.watch(path)
        fail("\n{}: no such file; run: {}".format(files.go_mod, files.tidy.replace("tidy", "init")))
    content = module_ctx.read(path, watch = "yes")
    sums, errors = _read_go_sum(module_ctx, go_sum_path, files)
    return struct(
        go_mod = decode_go_mod(_edit_json(module_ctx, "mod", path, files), content),
        sums = sums,
        errors = errors,
        files = files,
    )

def _read_go_sum(module_ctx, path, files):
    if path.exists:
        return parse_go_sum(module_ctx.read(path, watch = "yes"), files.go_sum, files.tidy)
    module_ctx.watch(path)
    return None, []

def _edit_json(module_ctx, what, path, files):
    """Runs `go mod edit -json`, or `go work edit -json`, where nothing of the user's Go setup can change its result."""
    sdk = module_ctx.path(HOST_COMPATIBLE_SDK).dirname
    scratch = str(module_ctx.path("go"))
    go = sdk.get_child("bin", "go.exe" if module_ctx.os.name.startswith("windows") else "go")
    result = module_ctx.execute(
        [go, what, "edit", "-json", path],
        environment = {
            "GO111MODULE": "on",
            "GOCACHE": scratch + "/cache",
            "GOENV": "off",
            "GOFLAGS": "",
            "GOPATH": scratch,
            "GOROOT": str(sdk),
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "HOME": scratch,
        },
    )
    if result.return_code:
        message = result.stderr.strip().removeprefix("go: errors parsing {}:\n".format(path))
        fail("\n{}\ncorrect the file and run: {}".format(
            message.replace(str(path), files.go_mod),
            files.tidy,
        ))
    return result.stdout

def _with_absolute_path(module_ctx, module, directory, files):
    if not module.local_path:
        return module
    path = _folder(module_ctx, directory, module.local_path)
    if not path.get_child("go.mod").exists:
        module_ctx.watch(path.get_child("go.mod"))
        fail("\n{}:{}: the directory {} that replaces module {} has no go.mod file; correct the path and run: {}".format(
            files.go_mod,
            module.line,
            module.local_path,
            module.path,
            files.tidy,
        ))
    return struct(
        path = module.path,
        required = module.required,
        version = module.version,
        sum = module.sum,
        replace = module.replace,
        local_path = str(path),
        direct = module.direct,
        line = module.line,
    )

def _folder(module_ctx, directory, path):
    if _is_absolute(path):
        return module_ctx.path(path)
    return directory if path in [".", "./"] else directory.get_child(path)

def _is_absolute(path):
    return path.startswith("/") or path[1:3] in [":/", ":\\"]

def _display(label):
    if label.repo_name:
        return str(label)
    return "{}/{}".format(label.package, label.name) if label.package else label.name

def _tidy_command(name, directory):
    command = "go mod tidy"
    if name != "go.mod":
        command += " -modfile=" + name
    return "cd {} && {}".format(directory, command) if directory else command
