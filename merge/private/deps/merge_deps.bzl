"""The merge_deps module extension. See //merge:extensions.bzl.

```starlark
load("//merge/private/deps:merge_deps.bzl", _merge_deps = "merge_deps")

merge_deps = _merge_deps
```
"""

load(":go_command.bzl", "read_versions", "read_workspace")
load(
    ":overrides.bzl",
    "archive_override",
    "check_overrides",
    "gazelle_default_attributes",
    "gazelle_override",
    "module_override",
)
load(":repo_names.bzl", "repo_names")
load(":set.bzl", "declare_set", "list_name")

_from_file = tag_class(
    doc = """Gives a dependency set the module versions of a go.mod file, or of a go.work file.

    Every module that the file requires becomes a repository named after the set and the module,
    such as `stock_com_github_cloudwego_kitex` or `stock_org_golang_x_net`. `bazel mod tidy`
    imports those of the direct requirements into the workspace.""",
    attrs = {
        "name": attr.string(
            doc = "The set's name, with which its repositories' names begin: lower-case letters, digits, `_` and `-`.",
            mandatory = True,
        ),
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
    },
)

def _merge_deps_impl(module_ctx):
    direct = []
    direct_dev = []
    for module in module_ctx.modules:
        if module.is_root:
            sets = [_read_set(module_ctx, tag) for tag in _uniquely_named(module.tags.from_file)]
            _check_repo_names(sets)
            check_overrides(module.tags, {set.name: set.names.keys() for set in sets})
            for set in sets:
                declare_set(set, module.tags)
                (direct_dev if set.dev else direct).extend([
                    set.names[go_module.path]
                    for go_module in set.modules
                    if go_module.direct
                ])
        else:
            for kind in _TAG_CLASSES:
                for tag in getattr(module.tags, kind):
                    fail("module {} must not define dependency sets, only the root module can: pass dev_dependency = True to its use_extension for".format(
                        repr(module.name),
                    ), tag)
    return module_ctx.extension_metadata(
        root_module_direct_deps = direct,
        root_module_direct_dev_deps = direct_dev,
        reproducible = True,
    )

def _uniquely_named(tags):
    seen = {}
    for tag in tags:
        if not _is_set_name(tag.name):
            fail("the name of a dependency set is lower-case letters, digits, _ and -, beginning with a letter; it is {} in".format(
                repr(tag.name),
            ), tag)
        if bool(tag.go_mod) == bool(tag.go_work) or tag.go_work and tag.go_sum:
            fail("a dependency set is of one file: write go_mod, with or without go_sum, or go_work, but not both in", tag)
        if tag.name in seen:
            fail(
                "two dependency sets are named {}: {} and {}. Rename one, then run `bazel mod tidy`:\n ".format(
                    repr(tag.name),
                    seen[tag.name].go_mod or seen[tag.name].go_work,
                    tag.go_mod or tag.go_work,
                ),
                seen[tag.name],
                "\n ",
                tag,
            )
        seen[tag.name] = tag
    return tags

def _is_set_name(name):
    allowed = "abcdefghijklmnopqrstuvwxyz"
    for index, char in enumerate(name.elems()):
        if char not in allowed and (index == 0 or char not in "0123456789_-"):
            return False
    return name != ""

def _read_set(module_ctx, tag):
    modules = read_workspace(module_ctx, tag.go_work) if tag.go_work else read_versions(module_ctx, tag.go_mod, tag.go_sum)
    return struct(
        name = tag.name,
        modules = modules,
        names = repo_names(tag.name, [module.path for module in modules]),
        dev = module_ctx.is_dev_dependency(tag),
        tag = tag,
    )

def _check_repo_names(sets):
    seen = {}
    for set in sets:
        for name in set.names.values() + [list_name(set.name)]:
            if name in seen:
                fail("dependency sets {} and {} both get a repository named {}. Rename one:".format(
                    repr(seen[name].name),
                    repr(set.name),
                    name,
                ), seen[name].tag, "\n ", set.tag)
            seen[name] = set

_TAG_CLASSES = {
    "archive_override": archive_override,
    "from_file": _from_file,
    "gazelle_default_attributes": gazelle_default_attributes,
    "gazelle_override": gazelle_override,
    "module_override": module_override,
}

merge_deps = module_extension(
    implementation = _merge_deps_impl,
    doc = "Gives services their own versions of Go modules, next to those of Gazelle's go_deps.",
    tag_classes = _TAG_CLASSES,
)
