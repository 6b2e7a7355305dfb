"""The repositories of one dependency set.

Each set's modules see each other and no other set's. Gazelle learns where an
import leads from a list of the set's repositories.
"""

load("@gazelle//:deps.bzl", "go_repository")
load(":overrides.bzl", "overrides_for")

def declare_set(set, tags):
    """Declares a repository for each module of a dependency set, and one that lists them.

    Args:
      set: struct(name, modules, names): the set's name, its modules (see
        module_versions in versions.bzl) with absolute local paths, and the
        dict from module path to repository name.
      tags: the extension's tags of the root module.
    """
    conventions = {}
    for module in set.modules:
        attributes = overrides_for(tags, set.name, module.path)
        convention = _naming_convention(attributes)
        if convention:
            conventions[set.names[module.path]] = convention
        if module.local_path:
            # A module's zip file leaves out the modules nested in it; a directory does not.
            attributes["build_extra_args"] = attributes.get("build_extra_args", []) + [
                "-exclude=" + other.path.removeprefix(module.path + "/")
                for other in set.modules
                if other.path.startswith(module.path + "/")
            ]
        go_repository(
            name = set.names[module.path],
            importpath = module.path,
            build_config = "@{}//:WORKSPACE".format(list_name(set.name)),
            # Go's packages in a set never come from proto_library targets:
            # those would bring in the workspace's version of protobuf.
            build_file_proto_mode = "disable_global",
            build_naming_convention = "import_alias",
            **(_source(module, attributes) | attributes)
        )
    _module_list(
        name = list_name(set.name),
        importpaths = {name: path for path, name in set.names.items()},
        naming_conventions = conventions,
    )

def list_name(set_name):
    """Returns the name of the repository that lists a set's repositories.

    Args:
      set_name: the set's name. No repository of a module has a hyphen after it.
    """
    return set_name + "-modules"

def _source(module, attributes):
    if "urls" in attributes:
        return {}
    if module.local_path:
        return {"local_path": module.local_path}
    return {
        "replace": module.replace,
        "sum": module.sum,
        "version": module.version,
    }

def _naming_convention(attributes):
    value = ""
    for directive in attributes.get("build_directives", []):
        name, _, rest = directive.partition(" ")
        if name == "gazelle:go_naming_convention":
            value = rest.strip()
    return value

def _module_list_impl(ctx):
    calls = []
    for name, importpath in sorted(ctx.attr.importpaths.items()):
        call = "go_repository(\n    name = {},\n    importpath = {},\n".format(repr(name), repr(importpath))
        if name in ctx.attr.naming_conventions:
            call += "    build_naming_convention = {},\n".format(repr(ctx.attr.naming_conventions[name]))
        calls.append(call + ")\n")
    ctx.file("WORKSPACE", "".join(calls))
    ctx.file("BUILD.bazel", "exports_files([\"WORKSPACE\"])\n")

_module_list = repository_rule(
    implementation = _module_list_impl,
    doc = "Lists the repositories of a dependency set in the form that Gazelle's -repo_config flag takes.",
    attrs = {
        "importpaths": attr.string_dict(
            doc = "The module path of each repository.",
            mandatory = True,
        ),
        "naming_conventions": attr.string_dict(
            doc = "How Gazelle named the targets of a repository, where that was changed by a directive.",
        ),
    },
)
