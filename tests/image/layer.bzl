"""A layer of an image with a binary and its runfiles, as packaging rules make it."""

def _layer_impl(ctx):
    binary = ctx.attr.binary[DefaultInfo]
    name = "app/" + binary.files_to_run.executable.basename
    files = {name: binary.files_to_run.executable}
    for file in binary.default_runfiles.files.to_list():
        files["{}.runfiles/{}/{}".format(name, ctx.workspace_name, file.short_path)] = file
    if binary.files_to_run.repo_mapping_manifest:
        files[name + ".runfiles/_repo_mapping"] = binary.files_to_run.repo_mapping_manifest

    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    args = ctx.actions.args()
    args.add(out)
    args.add_all(["{}={}".format(name, file.path) for name, file in files.items()])
    ctx.actions.run(
        executable = ctx.executable._pack,
        arguments = [args],
        inputs = files.values(),
        outputs = [out],
        mnemonic = "PackLayer",
    )
    return DefaultInfo(files = depset([out]))

layer = rule(
    _layer_impl,
    attrs = {
        "binary": attr.label(
            doc = "The executable.",
            executable = True,
            cfg = "target",
            mandatory = True,
        ),
        "_pack": attr.label(
            default = "//tests/image/pack",
            executable = True,
            cfg = "exec",
        ),
    },
)
