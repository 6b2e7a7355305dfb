"""Tests that BUILD files have links in the one notation."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private:links.bzl", "parse_link")
load(":cases.bzl", "LINKS", "MISTAKES")

def _links_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, names in LINKS.items():
        link, problem = parse_link(text)
        asserts.equals(env, None, problem, text)
        asserts.equals(env, names, [link.caller, link.callee, link.rpc_service, link.method] if link else None, text)
    for text, want in MISTAKES.items():
        link, problem = parse_link(text)
        asserts.equals(env, want, problem, text)
        asserts.equals(env, None, link, text)
    return unittest.end(env)

_links_test = unittest.make(_links_test_impl)

def links_test_suite(name):
    """Declares the tests.

    Args:
        name: string, the test suite's name.
    """
    unittest.suite(name, _links_test)
