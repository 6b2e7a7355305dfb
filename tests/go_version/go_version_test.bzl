"""Tests of which versions of Go the rules work with."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private:go_version.bzl", "go_minor", "require_go")

def _sdk_impl(ctx):
    require_go(ctx.label, ctx.attr.version)
    return [DefaultInfo()]

sdk = rule(
    _sdk_impl,
    doc = "Fails to analyze as //merge/std:std does with an SDK.",
    attrs = {"version": attr.string(
        doc = "Version of the SDK, as rules_go has it.",
        mandatory = True,
    )},
)

def _go_minor_test_impl(ctx):
    env = unittest.begin(ctx)
    for version, want in {
        "": None,
        "1": None,
        "1.27": "1.27",
        "1.27-custom X:fips": "1.27",
        "1.27.4": "1.27",
        "1.27.4 X:nodwarf5": "1.27",
        "1.28beta2": "1.28",
        "1.28rc1": "1.28",
        "1.x": None,
        "2.0.0": "2.0",
        "devel +abc": None,
        "vel go1.28-0123456789": None,
    }.items():
        asserts.equals(env, want, go_minor(version), "minor version of {}".format(repr(version)))
    return unittest.end(env)

go_minor_test = unittest.make(_go_minor_test_impl)
