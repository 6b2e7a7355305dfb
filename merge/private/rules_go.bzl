"""All that the rules take from rules_go: what they load, and what it does not promise to keep.

Each of the latter says what it takes for granted. That is so from rules_go 0.63.0
to 0.65.0; //tests/smoke builds with the oldest.
"""

load("@bazel_skylib//lib:structs.bzl", "structs")
load(
    "@io_bazel_rules_go//go:def.bzl",
    "GoArchiveData",
    "GoInfo",
    "new_go_info",
    _GoArchive = "GoArchive",
    _go_context = "go_context",
    _go_reset_target = "go_reset_target",
    _go_rule = "go_rule",
    _go_test = "go_test",
)

# The oldest version that the rules are tested with: see //tests/smoke.
_OLDEST = "0.63.0"

def _check():
    # rules_go does not tell its version. Before 0.63.0, its own def.bzl has a go_rule that only fails.
    if str(_go_rule).endswith("//go:def.bzl>"):
        fail(("rules_go_merge: this rules_go is older than {oldest}, and {oldest} is the oldest that the rules work with. " +
              "In MODULE.bazel, ask for {oldest} or later, and remove any override that holds it back: " +
              "bazel_dep(name = \"rules_go\", version = \"{oldest}\"). " +
              "In WORKSPACE, name an archive of {oldest} or later in the http_archive of io_bazel_rules_go.").format(oldest = _OLDEST))

_check()

# buildifier: disable=name-conventions
GoArchive = _GoArchive

go_context = _go_context
go_reset_target = _go_reset_target
go_rule = _go_rule
go_test = _go_test

# The attribute that go_context reads, as its documentation says.
GO_CONTEXT_ATTRS = {
    "_go_context_data": attr.label(default = "@io_bazel_rules_go//:go_context_data"),
}

# The library that writes what a binary covered, for a GoArchive; its importpath, and the end of the
# name of the file that calls it, which rules_go adds to the main package of a go_binary.
BINCOV = "@io_bazel_rules_go//go/tools/bzltestutil/bincov"
BINCOV_IMPORTPATH = "github.com/bazelbuild/rules_go/go/tools/bzltestutil/bincov"
COVERAGE_SHIM = "_coverage_shim.go"

def mode_setting(name):
    """Returns the label of a build setting for the mode.

    They are documented as flags. That a transition may set them, as that of
    go_binary does, is taken for granted.

    Args:
        name: string, such as "race".

    Returns:
        string.
    """
    return "@io_bazel_rules_go//go/config:" + name

def change_info(info, **fields):
    """Copies a GoInfo. That all its fields can be read and set is taken for granted.

    Args:
        info: a GoInfo.
        **fields: those that differ.

    Returns:
        a GoInfo.
    """
    return GoInfo(**(structs.to_dict(info) | fields))

def change_data(data, **fields):
    """Copies a GoArchiveData. That all its fields can be read and set is taken for granted.

    Args:
        data: a GoArchiveData.
        **fields: those that differ.

    Returns:
        a GoArchiveData.
    """
    return GoArchiveData(**(structs.to_dict(data) | fields))

def change_archive(archive, **fields):
    """Copies a GoArchive. That all its fields can be read and set is taken for granted.

    Args:
        archive: a GoArchive.
        **fields: those that differ.

    Returns:
        a GoArchive.
    """
    return GoArchive(**(structs.to_dict(archive) | fields))

def generated_info(go, name, importpath, srcs, deps, **fields):
    """Describes a package that has no target.

    That new_go_info asks for no attribute of a target is taken for granted.

    Args:
        go: the Go context.
        name: string, the path of its outputs below the rule's package. It has to be
            unique there, and what is behind its last slash, too.
        importpath: string, also the importmap.
        srcs: list of File.
        deps: list of GoArchive.
        **fields: fields of GoInfo that differ from those of such a package.

    Returns:
        a GoInfo.
    """
    return change_info(
        new_go_info(
            go,
            struct(),
            name = name,
            importpath = importpath,
            generated_srcs = srcs,
            deps = deps,
            coverage_instrumented = False,
        ),
        **fields
    )

def change_mode(go, **fields):
    """Returns a Go context with another mode.

    That `go.archive(go, ...)` reads the mode of its argument, and of nothing
    else, is taken for granted.

    Args:
        go: a Go context.
        **fields: those that differ, such as tags = list of string, or pgoprofile =
            File, what go tool preprofile has written.

    Returns:
        a Go context.
    """
    return _change_context(go, mode = struct(**(structs.to_dict(go.mode) | fields)))

def with_std(go, packages):
    """Returns a Go context with another list of what is imported from the standard library.

    That the builder looks an import up in this list, and then among the imported
    archives, is taken for granted: an archive stands in for a package that the
    list lacks.

    Args:
        go: a Go context.
        packages: File, an importpath in each line.

    Returns:
        a Go context.
    """
    return _change_context(go, sdk = struct(**(structs.to_dict(go.sdk) | {"package_list": packages})))

def _change_context(go, **fields):
    return struct(**(structs.to_dict(go) | fields))

def package_metadata(archive):
    """Returns what the repository that a package is in says about itself.

    It is in a private field. Without it, the modules of a service are not known.

    Args:
        archive: a GoArchive.

    Returns:
        File, or None.
    """
    return getattr(archive.source, "_package_metadata", None)

def c_libraries(archive):
    """Returns the C libraries that a package and its imports bring into a link.

    That `cgo_deps` has the files that the linker is given for `cdeps`, and
    `cgo_link_inputs` those that their link options name, is taken for granted.

    Args:
        archive: a GoArchive.

    Returns:
        list of File.
    """
    named = [f for f in archive.cgo_link_inputs.to_list() if f.extension in ["a", "dylib", "lo", "o", "so"]]
    return depset(named, transitive = [archive.cgo_deps]).to_list()
