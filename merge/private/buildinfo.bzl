"""What debug.ReadBuildInfo tells a service."""

load(":mergegen.bzl", "mergegen_args", "run_mergegen")
load(":rules_go.bzl", "package_metadata")

def build_info(ctx, root, archives):
    """Declares the action that writes what the service's own binary would have.

    rules_go leaves out modules of packages that only BUILD files name. Which
    packages those are is known when they are compiled, which is too late here.

    Args:
        ctx: the rule's context, with `_mergegen`.
        root: GoArchive, the service's binary.
        archives: list of GoArchive, all that it links.

    Returns:
        File, a source of package runtime/debug.
    """
    args = mergegen_args(ctx)
    args.add("--path", root.data.importpath)
    main = package_metadata(root)
    if main:
        args.add("--main", main)
    deps = depset([package_metadata(a) for a in archives if package_metadata(a)])
    args.add_all(deps, before_each = "--dep")

    out = ctx.actions.declare_file(ctx.label.name + ".ns/buildinfo.go")
    args.add("-o", out)
    run_mergegen(
        ctx,
        "buildinfo",
        [args],
        inputs = depset([main] if main else [], transitive = [deps]),
        outputs = [out],
        mnemonic = "GoMergeBuildInfo",
        progress_message = "Listing the modules of %{label}",
    )
    return out
