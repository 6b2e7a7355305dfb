"""Which versions of Go the rules work with."""

load(":std_packages.bzl", "GO_VERSIONS")

def go_minor(version):
    """Returns the part of a version that decides what the standard library has.

    Args:
        version: string, as in `go.sdk.version`: "1.27.4", "1.28rc1".

    Returns:
        string, as "1.27", or None for a version without numbers, such as that
        of a Go that was built from a commit.
    """
    major, _, rest = version.partition(".")
    minor = ""
    for c in rest.elems():
        if not c.isdigit():
            break
        minor += c
    return "{}.{}".format(major, minor) if major.isdigit() and minor else None

def require_go(label, version):
    """Fails for a Go that is older than those that the rules work with.

    A newer one is checked when it is used, as is one whose version has no
    numbers.

    Args:
        label: Label of the target that fails.
        version: string, as in `go.sdk.version`.
    """
    minor = go_minor(version)
    if minor and _numbers(minor) < _numbers(GO_VERSIONS[0]):
        fail("{}: Go {} is too old for rules_go_merge, which works with Go {} to {}. Register a newer SDK with rules_go's go_sdk.".format(
            label,
            version,
            GO_VERSIONS[0],
            GO_VERSIONS[-1],
        ))

def _numbers(minor):
    return [int(n) for n in minor.split(".")]
