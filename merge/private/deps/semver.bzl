"""The order of module versions."""

def newer(a, b):
    """Reports whether module version a is above b.

    Args:
      a: a version as go.mod files have it, such as v1.2.3, v2.0.0+incompatible
        or a pseudo-version.
      b: another one.
    """
    return _key(a) > _key(b)

def _key(version):
    """Returns a list that sorts as the version does."""
    release, _, prerelease = version.removeprefix("v").partition("+")[0].partition("-")
    key = [_number(part) for part in release.split(".")]

    # A release is above its prereleases; numbers are below words.
    key.append(0 if prerelease else 1)
    for part in prerelease.split("."):
        key.append([0, _number(part), ""] if part.isdigit() else [1, 0, part])
    return key

def _number(text):
    return int(text) if text.isdigit() else 0
