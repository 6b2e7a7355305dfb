"""Tests of the order of versions."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:semver.bzl", "newer")

# From the lowest to the highest, as https://semver.org has them.
_ORDER = [
    "v0.0.0-20240101000000-000000000001",
    "v0.0.0-20240102000000-000000000000",
    "v0.9.0",
    "v1.0.0-alpha",
    "v1.0.0-alpha.1",
    "v1.0.0-alpha.beta",
    "v1.0.0-beta",
    "v1.0.0-beta.2",
    "v1.0.0-beta.11",
    "v1.0.0-rc.1",
    "v1.0.0",
    "v1.0.1-0.20240101000000-000000000001",
    "v1.2.0",
    "v1.10.0",
    "v10.0.0+incompatible",
]

def _newer_test_impl(ctx):
    env = unittest.begin(ctx)
    for i, a in enumerate(_ORDER):
        for j, b in enumerate(_ORDER):
            asserts.equals(env, i > j, newer(a, b), "{} above {}".format(a, b))
    return unittest.end(env)

_newer_test = unittest.make(_newer_test_impl)

def semver_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _newer_test)
