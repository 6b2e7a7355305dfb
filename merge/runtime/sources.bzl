"""What all packages of the runtime have in their BUILD files."""

def runtime_sources(name, srcs = [], visibility = ["//merge/runtime:__pkg__"]):
    """Groups the sources of a package and others, for what compiles them by plain go.

    Args:
        name: name of the filegroup.
        srcs: sources of other packages.
        visibility: who may use it.
    """
    native.filegroup(
        name = name,
        srcs = native.glob(
            ["*.go", "*.s"],
            allow_empty = True,
            exclude = ["*_test.go"],
        ) + srcs,
        visibility = visibility,
    )
