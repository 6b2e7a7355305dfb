"""What identifies a service: a digest of its code, and the revision of its sources."""

load(":labels.bzl", "display_label")
load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def revision(ctx):
    """Reads and checks the attribute `revision`.

    Args:
        ctx: the context of a rule with `revision`.

    Returns:
        string.
    """
    text = ctx.attr.revision
    if [c for c in text.elems() if c.isspace()]:
        fail("{}: revision = \"{}\" has spaces; write it without, such as \"v1.4.2\" or \"{{STABLE_GIT_COMMIT}}\"".format(display_label(ctx.label), text))
    return text

def digest(ctx, archives, main, definitions, libraries):
    """Declares the action that identifies what a service was compiled to.

    It reads archives, which the link reads too, and runs once for all merged
    binaries with the same settings. What they add is not in it: glue, the runtime,
    environment and arguments.

    Args:
        ctx: the rule's context.
        archives: list of GoArchive, all that are the service's.
        main: GoArchive, the service's main package.
        definitions: dict of string to string, variables that the linker sets in addition
            to those that the archive lists.
        libraries: list of struct(label, file), the C libraries.

    Returns:
        File that holds the digest.
    """
    files = [a.data.file for a in archives]
    args = mergegen_args(ctx)
    args.add_all([a.data for a in archives], before_each = "--package", map_each = _package)
    args.add_all(libraries, before_each = "--library", map_each = _library)

    # As JSON, since values may have line breaks.
    args.add("--definitions", json.encode(main.x_defs | definitions))
    out = ctx.actions.declare_file(ctx.label.name + ".digest")
    args.add("-o", out)
    run_mergegen(
        ctx,
        "digest",
        [args],
        inputs = files + [c.file for c in libraries],
        outputs = [out],
        mnemonic = "GoMergeDigest",
        progress_message = "Identifying the code of %{label}",
    )
    return out

def _package(data):
    return "{}={}".format(data.importmap, data.file.path)

def _library(library):
    return "{}={}".format(library.label, library.file.path)

def digest_args(args, services):
    """Adds the digests of services to mergegen's arguments.

    Args:
        args: what mergegen_args() returned.
        services: list of MergeServiceInfo.

    Returns:
        list of File, the inputs.
    """
    for service in services:
        args.add("--digest")
        args.add(service.digest, format = service.name.replace("%", "%%") + "=%s")
    return [s.digest for s in services]

def revision_variables(services):
    """Names the variables of the merged binary's main package that hold revisions.

    Args:
        services: list of MergeServiceInfo.

    Returns:
        dict of the service's name to the variable's, without services that have no revision.
    """
    return {s.name: "revision{}".format(i) for i, s in enumerate(services) if s.revision}

def revision_x_defs(importmap, services):
    """Returns the link-time definitions of the services' revisions.

    Args:
        importmap: string, that of the merged binary's main package.
        services: list of MergeServiceInfo.

    Returns:
        dict for `x_defs`.
    """
    variables = revision_variables(services)
    return {"{}.{}".format(importmap, variables[s.name]): s.revision for s in services if s.revision}

def status_files(ctx, stamp, services):
    """Returns the files with what the services' revisions name in braces.

    The volatile one changes with each build, so it is left out where it can be.

    Args:
        ctx: the rule's context.
        stamp: bool, whether binaries are stamped.
        services: list of MergeServiceInfo.

    Returns:
        list of File.
    """
    keys = [part.partition("}")[0] for s in services for part in s.revision.split("{")[1:]]
    if not stamp or not keys:
        return []
    stable = [key for key in keys if key.startswith("STABLE_") or key in _STABLE]
    return ([ctx.info_file] if stable else []) + ([ctx.version_file] if len(stable) < len(keys) else [])

# Bazel's own keys in the stable file.
_STABLE = ["BUILD_EMBED_LABEL", "BUILD_HOST", "BUILD_USER"]
