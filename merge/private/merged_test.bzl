"""A Go test against a merged binary that runs."""

load(":labels.bzl", "display_label")
load(":links.bzl", "link_of")
load(":providers.bzl", "MergedBinaryInfo")
load(":rules_go.bzl", "go_test")
load(":settings.bzl", "expand_env", "runfiles_of_data")

def _go_merged_test_impl(ctx):
    label = display_label(ctx.label)
    _validate(ctx, label)
    test_env = ctx.attr.test[RunEnvironmentInfo]
    config = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(config, json.encode_indent({
        "allow_goroutines": ctx.attr.allow_goroutines,
        "binary": _rlocation(ctx, ctx.executable.binary),
        "binary_env": ctx.attr.binary[RunEnvironmentInfo].environment,
        "env": expand_env(ctx),
        "exit_code": ctx.attr.exit_code,
        "inline": ctx.attr.inline,
        "label": label,
        "test": _rlocation(ctx, ctx.executable.test),
        "test_env": test_env.environment,
    }))
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._runner, is_executable = True)
    runfiles = ctx.runfiles([config]).merge(runfiles_of_data(ctx)).merge_all([
        target[DefaultInfo].default_runfiles
        for target in [ctx.attr.binary, ctx.attr.test, ctx.attr._runner]
    ])
    return [
        DefaultInfo(executable = executable, runfiles = runfiles),
        RunEnvironmentInfo(inherited_environment = test_env.inherited_environment),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["binary", "test"]),
    ]

def _validate(ctx, label):
    if MergedBinaryInfo not in ctx.attr.binary:
        fail("{}: binary = {} is not a go_merged_binary target; name one".format(label, display_label(ctx.attr.binary.label)))
    if RunEnvironmentInfo not in ctx.attr.test:
        fail("{}: test = {} is not a go_test target; name one".format(label, display_label(ctx.attr.test.label)))
    if ctx.attr.allow_goroutines < 0:
        fail("{}: allow_goroutines = {} is negative; give the number of goroutines that may remain".format(label, ctx.attr.allow_goroutines))
    names = [s.name for s in ctx.attr.binary[MergedBinaryInfo].services]
    for text in ctx.attr.inline:
        link = link_of(label, "inline", text)
        for service in [link.caller, link.callee]:
            if service != "*" and service not in names:
                fail("{}: inline has {}, but {} is not a service of {}; name one of {}".format(
                    label,
                    repr(text),
                    repr(service),
                    display_label(ctx.attr.binary.label),
                    ", ".join([repr(n) for n in sorted(names)]),
                ))

def _rlocation(ctx, file):
    if file.short_path.startswith("../"):
        return file.short_path[3:]
    return ctx.workspace_name + "/" + file.short_path

_go_merged_test = rule(
    _go_merged_test_impl,
    doc = "See go_merged_test.",
    attrs = {
        "allow_goroutines": attr.int(
            doc = "By how many goroutines a service may grow in each run of the test.",
        ),
        "binary": attr.label(
            doc = "The `go_merged_binary`.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "data": attr.label_list(
            doc = "Files that the merged binary or the test needs, in addition to their own. Values of `env` and `args` may name them by `$(rlocationpath)` and similar variables.",
            allow_files = True,
        ),
        "env": attr.string_dict(
            doc = "Variables of the merged binary and of the test.",
        ),
        "exit_code": attr.int(
            doc = "The exit code of the process after SIGTERM.",
        ),
        "inline": attr.string_list(
            doc = "Links of which all calls must be inline.",
        ),
        "test": attr.label(
            doc = "The `go_test`.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "_lcov_merger": attr.label(
            default = configuration_field(fragment = "coverage", name = "output_generator"),
            cfg = "exec",
        ),
        "_runner": attr.label(
            default = "//tools/testrunner",
            cfg = "target",
            executable = True,
        ),
    },
    test = True,
)

# What a go_test has in common with the go_merged_test that declares it, next to tags: where both can
# be analyzed, built and run, and how.
_COMMON_ATTRS = [
    "compatible_with",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "restricted_to",
    "target_compatible_with",
    "testonly",
]

def go_merged_test(
        name,
        binary,
        test = None,
        srcs = None,
        deps = [],
        embedsrcs = [],
        inline = [],
        env = {},
        data = [],
        allow_goroutines = 0,
        exit_code = 0,
        **kwargs):
    """Runs a Go test against a merged binary, and checks what the test cannot see.

    The binary is started, with free ports, before the test, and stopped after it.
    The target fails if the test does. It also fails if a call over one of the links
    in `inline` was an RPC, if goroutines or ports leaked, or if the process did not
    stop as it should. See [Testing](testing.md).

    Args:
        name: the target's name.
        binary: the `go_merged_binary`.
        test: a `go_test` that finds the binary by variables. Tag it `manual`.
        srcs: in place of `test`: the sources of a `go_test` that is declared
            here, with the name `<name>_go` and the tag `manual`. It is private,
            and gets `tags`, `testonly`, `features`, `exec_properties` and
            the `*_compatible_with` attributes of this target.
        deps: dependencies of `srcs`.
        embedsrcs: files that `srcs` embed.
        inline: links of which all calls must be inline, and of which there must
            be one: `"item->stock"`, the names of two services, also
            `"item->stock/StockService"` and `"item->stock/StockService/GetStock"`.
        env: variables of the merged binary and of the test. `{port:NAME}` stands
            for a free port, the same one wherever the name is the same. The test
            also has it as `GO_MERGE_PORT_<NAME>`. `$(rlocationpath)` and
            similar variables name files of `data`.
        data: files that the merged binary or the test needs, in addition to their own.
        allow_goroutines: by how many goroutines a service may grow in each run of
            the test.
        exit_code: the exit code of the process after SIGTERM: 143 for services
            that do not handle it.
        **kwargs: all that tests have, such as `args`, `size`, `tags` or
            `shard_count`. Arguments that begin with a dash are the test's, all
            others the merged binary's: `"stock:-cache=64"` is one of service
            stock. Arguments have placeholders for ports, too.
    """
    if (test == None) == (srcs == None):
        fail("go_merged_test {}: set test, the label of a go_test, or srcs, and not both".format(name))
    if test != None and (deps or embedsrcs):
        fail("go_merged_test {}: deps and embedsrcs go with srcs; set those of {} in its own target".format(name, test))
    if srcs != None:
        test = name + "_go"
        tags = [tag for tag in kwargs.get("tags") or [] if tag != "manual"]
        go_test(
            name = test,
            srcs = srcs,
            embedsrcs = embedsrcs,
            tags = tags + ["manual"],
            visibility = ["//visibility:private"],
            deps = deps,
            **{name: kwargs[name] for name in _COMMON_ATTRS if name in kwargs}
        )
    _go_merged_test(
        name = name,
        allow_goroutines = allow_goroutines,
        binary = binary,
        data = data,
        env = env,
        exit_code = exit_code,
        inline = inline,
        test = test,
        **kwargs
    )
