"""Arguments of mergegen's commands.

```starlark
load(":mergegen.bzl", "mergegen_args")

args = mergegen_args(ctx)
args.add("-o", source)
ctx.actions.run(
    executable = ctx.executable._mergegen,
    arguments = ["glue", args],
    outputs = [source],
)
```
"""

def mergegen_args(ctx):
    """Returns empty Args in the form that mergegen reads.

    Args:
        ctx: the rule's context.

    Returns:
        Args that are passed in a file, one a line, since some are very many.
    """
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    return args
