"""What a merged binary says about itself: its manifest, its links as a graph, and its functions."""

load("@bazel_skylib//lib:structs.bzl", "structs")
load(":digest.bzl", "digest_args", "status_files")
load(":labels.bzl", "display_label")
load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def manifest(ctx, services, glues, deadlines, stamp):
    """Declares the action that writes a merged binary's manifest.

    Args:
        ctx: the rule's context.
        services: list of MergeServiceInfo.
        glues: list of the structs that glue() returned.
        deadlines: dict, what deadlines() returned.
        stamp: bool, whether binaries are stamped.

    Returns:
        struct(file = the manifest File, versions = the File with what `mergectl versions`
        needs of it).
    """
    base = ctx.actions.declare_file(ctx.label.name + ".main/base.json")
    ctx.actions.write(base, json.encode({
        "name": ctx.label.name,
        "label": display_label(ctx.label),
        "services": [
            {
                "name": s.name,
                "namespace": s.namespace,
                "label": display_label(s.label),
                "binary": display_label(s.binary),
                "version": s.version,
                "revision": s.revision,
                "listen": s.listen,
                "packages": [
                    {"importpath": p.importpath, "importmap": p.importmap, "label": p.label}
                    for p in s.packages
                ],
                "godebug": ["{}={}".format(*setting) for setting in s.linker.godebug.items()],
                "c_libraries": [{"label": c.label, "file": c.file.short_path} for c in s.c_libraries],
            } | structs.to_dict(s.lifecycle)
            for s in services
        ],
        "shared": [
            {"importmap": importmap, "label": display_label(label)}
            for importmap, label in sorted({
                importmap: label
                for s in services
                for importmap, label in s.shared_packages.items()
            }.items())
        ],
        "deadlines": deadlines,
    }))
    overlays = [f for s in services for f in s.overlays]
    descriptions = [s.description for s in services]
    hooks = [f for s in services for f in s.hooks]
    links = [g.links for g in glues]

    out = ctx.actions.declare_file(ctx.label.name + ".manifest.json")
    args = mergegen_args(ctx)
    args.add("--base", base)
    args.add_all(links, before_each = "--links")
    args.add_all(descriptions, before_each = "--describe")
    args.add_all(hooks, before_each = "--hook")
    args.add_all(overlays, before_each = "--overlay")
    digests = digest_args(args, services)
    statuses = status_files(ctx, stamp, services)
    args.add_all(statuses, before_each = "--status")
    versions = ctx.actions.declare_file(ctx.label.name + ".versions.json")
    args.add("--versions", versions)
    args.add("-o", out)
    run_mergegen(
        ctx,
        "manifest",
        [args],
        inputs = [base] + links + descriptions + hooks + overlays + digests + statuses,
        outputs = [out, versions],
        mnemonic = "GoMergeManifest",
        progress_message = "Writing the manifest of %{label}",
    )
    return struct(file = out, versions = versions)

def link_graph(ctx, manifest):
    """Declares the action that draws a merged binary's links.

    Args:
        ctx: the rule's context.
        manifest: the manifest File.

    Returns:
        the File in the language of Graphviz.
    """
    out = ctx.actions.declare_file(ctx.label.name + ".links.dot")
    args = mergegen_args(ctx)
    args.add("--manifest", manifest)
    args.add("-o", out)
    run_mergegen(
        ctx,
        "linkgraph",
        [args],
        inputs = [manifest],
        outputs = [out],
        mnemonic = "GoMergeLinkGraph",
        progress_message = "Drawing the links of %{label}",
    )
    return out

def debug_info(ctx, executable, services):
    """Declares the action that lists the functions of each service.

    Args:
        ctx: the rule's context.
        executable: File, the merged binary.
        services: list of MergeServiceInfo.

    Returns:
        dict of the service's name to a JSON File.
    """
    outs = {}
    args = mergegen_args(ctx)
    args.add("--binary", executable)
    for service in services:
        out = ctx.actions.declare_file("{}.debug_info/{}.json".format(ctx.label.name, service.name))
        outs[service.name] = out
        args.add("--service", "{}={}={}".format(
            service.name,
            service.namespace,
            service.main.data.importmap.removeprefix(service.namespace + "/"),
        ))
        args.add("-o", out)
    run_mergegen(
        ctx,
        "debuginfo",
        [args],
        inputs = [executable],
        outputs = outs.values(),
        mnemonic = "GoMergeDebugInfo",
        progress_message = "Listing the functions of %{label}",
    )
    return outs
