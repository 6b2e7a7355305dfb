"""Tests of file names that are made of import paths."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private:namespace.bzl", "file_name")

_LONG = "example.com/" + "a-folder-of-thirty-characters-/" * 8

def _file_name_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "team~stock~example.com~shop", file_name("team/stock", "example.com/shop"))
    asserts.equals(env, "stock~std~net~http", file_name("stock", "std", "net/http"))

    names = {}
    paths = [_LONG + "x", _LONG + "y", "other/" + _LONG + "x", _LONG + _LONG + "x"]
    for path in paths:
        name = file_name("stock", path)
        asserts.true(env, len(name) <= 120, "{} has {} characters".format(name, len(name)))
        asserts.false(env, "/" in name, name)
        asserts.equals(env, path[-20:].replace("/", "~"), name[-20:])
        names[name] = True
    asserts.equals(env, len(paths), len(names))
    return unittest.end(env)

_file_name_test = unittest.make(_file_name_test_impl)

def file_name_test_suite(name):
    """Declares the tests.

    Args:
        name: string, the test suite's name.
    """
    unittest.suite(name, _file_name_test)
