"""Dependency sets for workspaces without Bazel modules. See //merge:repositories.bzl."""

load(":go_command.bzl", "read_modules")
load(":overrides.bzl", "NO_OVERRIDES")
load(":repo_names.bzl", "repo_names")
load(":set.bzl", "declare_set")
load(":tags.bzl", "FILE_ATTRS", "GO_MERGE_DEPS_DOC", "is_of_one_file")

# A repository rule can read go.mod, but only a macro can declare repositories.
_MODULES_BZL = """\
load({file}, "declare_modules")

def go_modules():
    declare_modules({name}, {modules})
"""

def _go_merge_deps_impl(repository_ctx):
    if not is_of_one_file(repository_ctx.attr):
        fail("go_merge_deps {}: set exactly one of go_mod and go_work, and go_sum only with go_mod".format(repository_ctx.name))
    modules = read_modules(repository_ctx, repository_ctx.attr)
    repository_ctx.file("BUILD.bazel")
    repository_ctx.file("modules.bzl", _MODULES_BZL.format(
        file = repr(str(Label("//merge/private/deps:workspace.bzl"))),
        name = repr(repository_ctx.name),
        modules = repr(modules),
    ))

go_merge_deps = repository_rule(
    implementation = _go_merge_deps_impl,
    doc = GO_MERGE_DEPS_DOC,
    attrs = FILE_ATTRS,
)

def declare_modules(name, modules):
    """Declares a repository for each module of a dependency set.

    Args:
      name: the set's name.
      modules: see module_versions in versions.bzl.
    """
    declare_set(
        struct(
            name = name,
            modules = modules,
            names = repo_names(name, [module.path for module in modules]),
        ),
        NO_OVERRIDES,
    )
