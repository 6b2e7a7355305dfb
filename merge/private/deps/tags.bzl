"""The tags of the merge_deps module extension, and what the rule for WORKSPACE shares with them."""

load(
    ":overrides.bzl",
    "archive_override",
    "gazelle_default_attributes",
    "gazelle_override",
    "module_override",
)

MERGE_DEPS_DOC = "Gives services their own versions of Go modules, next to those of Gazelle's go_deps."

GO_MERGE_DEPS_DOC = """Gives a dependency set the module versions of a go.mod file, or of a go.work file, as the tag `from_file` of `merge_deps` does.

The repositories of the modules are there once the macro `go_modules` of the set's own repository is called:

```starlark
go_merge_deps(
    name = "stock",
    go_mod = "//stock:go.mod",
)

load("@stock//:modules.bzl", "go_modules")

go_modules()
```"""

FILE_ATTRS = {
    "go_mod": attr.label(
        doc = """The go.mod file. Its go directive must be 1.17 or later: from then on, `go mod tidy`
        lists all modules there.""",
    ),
    "go_work": attr.label(
        doc = """A go.work file, in place of a go.mod file: the set has the versions with which Go builds
        the modules that it uses, and is for all of them.""",
    ),
    "go_sum": attr.label(
        doc = "The go.sum file of go_mod; by default the one beside it.",
    ),
}

def is_of_one_file(attrs):
    """Reports whether exactly one file gives a set its versions.

    Args:
        attrs: struct with FILE_ATTRS.

    Returns:
        bool.
    """
    return bool(attrs.go_mod) != bool(attrs.go_work) and not (attrs.go_work and attrs.go_sum)

_from_file = tag_class(
    doc = """Gives a dependency set the module versions of a go.mod file, or of a go.work file.

    Every module that the file requires becomes a repository named after the set and the module,
    such as `stock_org_golang_x_net`. `bazel mod tidy` imports those of the direct requirements
    into the workspace.""",
    attrs = {
        "name": attr.string(
            doc = "The set's name, with which its repositories' names begin: lower-case letters, digits, `_` and `-`.",
            mandatory = True,
        ),
    } | FILE_ATTRS,
)

TAG_CLASSES = {
    "archive_override": archive_override,
    "from_file": _from_file,
    "gazelle_default_attributes": gazelle_default_attributes,
    "gazelle_override": gazelle_override,
    "module_override": module_override,
}
