"""Reads the go.mod and go.sum files of a dependency set with the host's Go SDK.

```starlark
load("//merge/private/deps:go_command.bzl", "read_versions")

modules = read_versions(module_ctx, Label("//stock:go.mod"), None)
```
"""

load("@go_host_compatible_sdk_label//:defs.bzl", "HOST_COMPATIBLE_SDK")
load(":go_mod.bzl", "decode_go_mod", "parse_go_sum")
load(":versions.bzl", "module_versions")

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
        fail("{}: a go.mod file is needed here, or one for `go -modfile`, which ends in .mod".format(go_mod))
    go_sum = go_sum or go_mod.same_package_label(go_mod.name.removesuffix("mod") + "sum")
    go_mod_path = module_ctx.path(go_mod)
    go_sum_path = module_ctx.path(go_sum)
    files = struct(
        go_mod = _display(go_mod),
        go_sum = _display(go_sum),
        tidy = _tidy_command(go_mod, go_mod_path),
    )

    if not go_mod_path.exists:
        module_ctx.watch(go_mod_path)
        fail("\n{}: no such file; run: {}".format(files.go_mod, files.tidy.replace("tidy", "init")))
    content = module_ctx.read(go_mod_path, watch = "yes")
    sums = None
    errors = []
    if go_sum_path.exists:
        sums, errors = parse_go_sum(module_ctx.read(go_sum_path, watch = "yes"), files.go_sum, files.tidy)
    else:
        module_ctx.watch(go_sum_path)

    modules, more_errors = module_versions(
        decode_go_mod(_edit_json(module_ctx, go_mod_path, files), content),
        sums,
        files,
    )
    errors = errors + more_errors
    if errors:
        fail("\n" + "\n".join(errors))
    return [_with_absolute_path(module_ctx, module, go_mod_path.dirname, files) for module in modules]

def _edit_json(module_ctx, go_mod_path, files):
    """Runs `go mod edit -json` where nothing of the user's Go setup can change its result."""
    sdk = module_ctx.path(HOST_COMPATIBLE_SDK).dirname
    scratch = str(module_ctx.path("go"))
    go = sdk.get_child("bin", "go.exe" if module_ctx.os.name.startswith("windows") else "go")
    result = module_ctx.execute(
        [go, "mod", "edit", "-json", go_mod_path],
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
        message = result.stderr.strip().removeprefix("go: errors parsing {}:\n".format(go_mod_path))
        fail("\n{}\ncorrect the file and run: {}".format(
            message.replace(str(go_mod_path), files.go_mod),
            files.tidy,
        ))
    return result.stdout

def _with_absolute_path(module_ctx, module, directory, files):
    if not module.local_path:
        return module
    path = module_ctx.path(module.local_path) if _is_absolute(module.local_path) else directory.get_child(module.local_path)
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

def _is_absolute(path):
    return path.startswith("/") or path[1:3] in [":/", ":\\"]

def _display(label):
    if label.repo_name:
        return str(label)
    return "{}/{}".format(label.package, label.name) if label.package else label.name

def _tidy_command(go_mod, go_mod_path):
    command = "go mod tidy"
    if go_mod.name != "go.mod":
        command += " -modfile=" + go_mod.name
    directory = _display(go_mod).rpartition("/")[0] if not go_mod.repo_name else str(go_mod_path.dirname)
    return "cd {} && {}".format(directory, command) if directory else command
