"""What a service says about itself other than its name."""

load(":labels.bzl", "display_label")

IDENTITY_ATTRS = {
    "version": attr.string(
        doc = "The service's version, which the manifest and `mergectl services` show. It may be any text without spaces.",
    ),
}

def version(ctx):
    """Reads and checks the version.

    Args:
        ctx: the context of a rule with IDENTITY_ATTRS.

    Returns:
        string, empty for none.
    """
    text = ctx.attr.version
    if [c for c in text.elems() if c.isspace()]:
        fail("{}: version is \"{}\"; write it without spaces, such as \"1.4.2\"".format(display_label(ctx.label), text))
    return text
