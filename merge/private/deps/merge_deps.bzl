"""The merge_deps module extension. See //merge:extensions.bzl."""

load(":go_command.bzl", "read_modules")
load(":overrides.bzl", "check_overrides")
load(":repo_names.bzl", "repo_names")
load(":set.bzl", "declare_set", "list_name")
load(":tags.bzl", "MERGE_DEPS_DOC", "TAG_CLASSES", "is_of_one_file")

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
            for kind in TAG_CLASSES:
                for tag in getattr(module.tags, kind):
                    fail("module {} must not define dependency sets, since only the root module can; pass dev_dependency = True to its use_extension for".format(
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
            fail("the name of a dependency set consists of lower-case letters, digits, _ and -, beginning with a letter; change {} in".format(
                repr(tag.name),
            ), tag)
        if not is_of_one_file(tag):
            fail("set exactly one of go_mod and go_work, and go_sum only with go_mod, in", tag)
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
    modules = read_modules(module_ctx, tag)
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

merge_deps = module_extension(
    implementation = _merge_deps_impl,
    doc = MERGE_DEPS_DOC,
    tag_classes = TAG_CLASSES,
)
