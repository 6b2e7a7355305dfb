"""Tests of the programs that the rules run."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//merge:adapter.bzl", "MergeAdapterInfo")

def _toolchain_test_impl(ctx):
    env = analysistest.begin(ctx)
    ran = {
        action.mnemonic: action.argv[0]
        for action in analysistest.target_actions(env)
        if action.mnemonic.startswith("GoMerge")
    }
    asserts.equals(env, ctx.attr.mnemonics, sorted(ran))
    for mnemonic, program in ran.items():
        asserts.true(env, program.endswith("/" + ctx.attr.program), "{} runs {}".format(mnemonic, program))
        asserts.true(env, "-exec" in program, "{} is not built for the execution platform".format(program))
    return analysistest.end(env)

toolchain_test = analysistest.make(
    _toolchain_test_impl,
    attrs = {
        "mnemonics": attr.string_list(doc = "The target's actions that run mergegen."),
        "program": attr.string(doc = "The end of the path of the program that these run."),
    },
    config_settings = {
        "//command_line_option:extra_toolchains": str(Label("//tests/outputs:stand_in_toolchain")),
    },
)

def _same_tool_test_impl(ctx):
    env = analysistest.begin(ctx)
    programs = {action.argv[0]: None for action in analysistest.target_actions(env) if action.mnemonic.startswith("GoMerge")}
    asserts.equals(env, [ctx.executable._mergegen.path], programs.keys())
    return analysistest.end(env)

same_tool_test = analysistest.make(
    _same_tool_test_impl,
    doc = "Tests that the mode of a merged binary does not have mergegen built in that mode.",
    attrs = {
        "_mergegen": attr.label(
            default = "//merge:mergegen",
            cfg = "exec",
            executable = True,
        ),
    },
)

def _describer(target):
    return target[MergeAdapterInfo].describer.executable.path

def _same_describer_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, _describer(ctx.attr.adapter), _describer(analysistest.target_under_test(env)))
    return analysistest.end(env)

same_describer_test = analysistest.make(
    _same_describer_test_impl,
    doc = "Tests that the mode of a merged binary does not have a describer built in that mode.",
    attrs = {"adapter": attr.label(
        doc = "The target under test, outside of merged binaries.",
        mandatory = True,
        providers = [MergeAdapterInfo],
    )},
    # As a merged binary with pure = "on" has them.
    config_settings = {
        str(Label("//merge/private:pure_before")): "off",
        str(Label("@io_bazel_rules_go//go/config:pure")): True,
    },
)
