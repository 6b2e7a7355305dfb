"""The link graph: the services of a merged binary and their links, as DOT."""

load(":mergegen.bzl", "mergegen_args", "run_mergegen")

def link_graph(ctx, manifest):
    """Declares the action that draws a merged binary's links.

    Args:
        ctx: the rule's context, with `_mergegen`.
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
