"""A test of what services and the process get as arguments, environment and files."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//merge:defs.bzl", "MergedBinaryInfo")

def _process_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ctx.attr.env, target[RunEnvironmentInfo].environment)
    for service in target[MergedBinaryInfo].services:
        args = [arg.replace("@MODE@", ctx.var["COMPILATION_MODE"]) for arg in ctx.attr.service_args]
        asserts.equals(env, args, service.process.args)
        asserts.equals(env, ctx.attr.service_env, service.process.env)
    runfiles = [f.short_path for f in target[DefaultInfo].default_runfiles.files.to_list()]
    for path in ctx.attr.runfiles:
        asserts.true(env, path in runfiles, path + " is not among the runfiles")
    return analysistest.end(env)

process_test = analysistest.make(
    _process_test_impl,
    attrs = {
        "env": attr.string_dict(doc = "What `bazel run` sets."),
        "runfiles": attr.string_list(doc = "Paths of files that are there."),
        "service_args": attr.string_list(doc = "The arguments of each service, with `@MODE@` for the compilation mode."),
        "service_env": attr.string_dict(doc = "The variables of each service."),
    },
)
