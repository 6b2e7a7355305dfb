"""See [Dependency sets](dependency-sets.md), the guide.

```starlark
merge_deps = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
merge_deps.from_file(
    name = "stock",
    go_mod = "//stock:go.mod",
)
use_repo(merge_deps, "stock_org_golang_x_net")
```
"""

# Stands in for //merge:extensions.bzl, which loads a file that rules_go writes
# and does not export: Bazel extracts nothing from it.

load("//merge/private/deps:tags.bzl", "MERGE_DEPS_DOC", "TAG_CLASSES")

def _nothing(_module_ctx):
    pass

merge_deps = module_extension(
    implementation = _nothing,
    doc = MERGE_DEPS_DOC,
    tag_classes = TAG_CLASSES,
)
