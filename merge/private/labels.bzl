"""Labels as users write them.

```starlark
load(":labels.bzl", "pretty")

fail("{}: services is empty".format(pretty(ctx.label)))
```
"""

def pretty(label):
    """Returns a label's text, without the canonical prefix in the main repository.

    Args:
        label: a Label.

    Returns:
        string.
    """
    if label.repo_name:
        return str(label)
    return "//{}:{}".format(label.package, label.name)
