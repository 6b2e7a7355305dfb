"""Rules with which a framework's adapter is declared."""

load("@bazel_skylib//lib:structs.bzl", "structs")
load(":labels.bzl", "display_label")
load(":providers.bzl", "MergeAdapterInfo", "MergeAdaptersInfo", "MergeHookAlternativeInfo", "MergeHookInfo")
load(":transition.bzl", "tool_in_one_mode")

_SRCS_DOC = """Go files that are added to the package, under the build tag `go_merge_added` and with
different base names. Their package clause may name any package. In their text `@SERVICE@` stands for
the service's name, `@NAMESPACE@` for its namespace and `@MAIN@` for the path of its main package."""

def _hook_alternative_impl(ctx):
    return [MergeHookAlternativeInfo(
        importer = ctx.attr.importer,
        imports = ctx.attr.imports,
        rename = ctx.attr.rename,
        srcs = ctx.files.srcs,
    )]

_RENAME_DOC = "Functions and methods whose declarations get another name, such as `{\"NewClient\": \"newClient0\", \"(*Server).Run\": \"run0\"}`."

go_merge_hook_alternative = rule(
    _hook_alternative_impl,
    doc = "What a hook does in addition where a package of the framework imports a certain package: versions of a framework are told apart by what they consist of.",
    attrs = {
        "importer": attr.string(doc = "Import path of the hooked package, or of one that it imports, itself or by others.", mandatory = True),
        "imports": attr.string(doc = "Import path of the package that `importer` has to import. The added files may import it, too.", mandatory = True),
        "rename": attr.string_dict(doc = _RENAME_DOC),
        "srcs": attr.label_list(doc = _SRCS_DOC, allow_files = [".go"], mandatory = True),
    },
    provides = [MergeHookAlternativeInfo],
)

def _hook_impl(ctx):
    constant = None
    if ctx.attr.version_constant:
        package, dot, name = ctx.attr.version_constant.rpartition(".")
        if not dot or not package or "/" in name:
            fail("{}: version_constant = \"{}\" does not name a constant; write IMPORTPATH.NAME".format(display_label(ctx.label), ctx.attr.version_constant))
        constant = struct(package = package, name = name)
    return [MergeHookInfo(
        label = ctx.label,
        adapter = None,
        importpath = ctx.attr.importpath,
        role = ctx.attr.role,
        effect = ctx.attr.effect,
        rename = ctx.attr.rename,
        srcs = ctx.files.srcs,
        imports = ctx.attr.imports,
        alternatives = [a[MergeHookAlternativeInfo] for a in ctx.attr.alternatives],
        module = struct(
            name = ctx.attr.module,
            first = ctx.attr.oldest_version,
            last = ctx.attr.newest_version,
            constant = constant,
        ),
    )]

go_merge_hook = rule(
    _hook_impl,
    doc = """What an adapter changes in one package of its framework, in each service's own copy.

Functions get another name, so that those of the added files take their place. Before
the copy is compiled its types are checked. Where they do not fit, the package stays as
it is, the service builds, and the build and the manifest say why.""",
    attrs = {
        "importpath": attr.string(doc = "The package's import path. A copy in a vendor folder is found by it, too.", mandatory = True),
        "rename": attr.string_dict(doc = _RENAME_DOC),
        "srcs": attr.label_list(doc = _SRCS_DOC, allow_files = [".go"], mandatory = True),
        "imports": attr.string_list(doc = "Import paths of what the added files import other than the standard library and the runtime. The package has to reach them, itself or by others."),
        "alternatives": attr.label_list(doc = "`go_merge_hook_alternative` targets, of which the first that applies adds its own. One has to apply.", providers = [MergeHookAlternativeInfo]),
        "role": attr.string(doc = "`client` or `server` if inline calls of the service, or to it, depend on this hook, `both` if either do.", values = ["", "client", "server", "both"]),
        "effect": attr.string(doc = "What becomes of a service whose copy cannot be hooked, as a clause: \"its calls stay RPCs\".", mandatory = True),
        "module": attr.string(doc = "The framework's name in messages.", mandatory = True),
        "oldest_version": attr.string(doc = "The first version that the adapter is tested with, such as `v1.2.0`. Another one is hooked, too, if it fits.", mandatory = True),
        "newest_version": attr.string(doc = "The last version that the adapter is tested with.", mandatory = True),
        "version_constant": attr.string(doc = "The constant that holds the framework's version, as `IMPORTPATH.NAME`. Without it, the version is that of the module where the build knows it."),
    },
    provides = [MergeHookInfo],
)

def _adapter_impl(ctx):
    hooks = {}
    for target in ctx.attr.hooks:
        hook = target[MergeHookInfo]
        if hook.importpath in hooks:
            fail("{}: {} and {} both hook package {}; combine them into one target".format(
                display_label(ctx.label),
                display_label(hooks[hook.importpath].label),
                display_label(hook.label),
                hook.importpath,
            ))
        hooks[hook.importpath] = MergeHookInfo(**(structs.to_dict(hook) | {"adapter": ctx.label}))
    for role in ["client", "server"]:
        if not [hook for hook in hooks.values() if hook.role in [role, "both"]]:
            fail("{}: none of the hooks has role = \"{}\", so no call could be inline; add one that does".format(display_label(ctx.label), role))
    if ctx.attr.describer:
        if not ctx.attr.service_markers:
            fail("{}: describer is set but service_markers is empty, so it would read no package; list what generated packages import".format(display_label(ctx.label)))
        if ctx.attr.format:
            fail("{}: format and describer are both set; leave format out, since a describer writes it".format(display_label(ctx.label)))
        if ctx.attr.message_markers and ctx.attr.message_types:
            fail("{}: message_markers is set, and message_types is True, by which the describer reads all packages with messages; set message_types = False, or leave message_markers out".format(display_label(ctx.label)))
    else:
        for attribute in ["service_markers", "framework_prefixes", "message_prefixes", "message_markers"]:
            if getattr(ctx.attr, attribute):
                fail("{}: {} is set, but there is no describer to read generated packages; set describer, or leave {} out".format(display_label(ctx.label), attribute, attribute))
        if not ctx.attr.format or [c for c in ctx.attr.format.elems() if c in ":= "]:
            fail("{}: format = {}; without a describer, name the encoding in which arguments and results cross, without spaces, colons and equal signs".format(display_label(ctx.label), repr(ctx.attr.format)))
    return [MergeAdapterInfo(
        label = ctx.label,
        callee_by = ctx.attr.callee_by,
        format = ctx.attr.format,
        hooks = hooks,
        message_types = ctx.attr.message_types,
        message_markers = ctx.attr.message_markers,
        service_markers = ctx.attr.service_markers,
        framework_prefixes = ctx.attr.framework_prefixes,
        message_prefixes = ctx.attr.message_prefixes,
        describer = ctx.attr.describer[DefaultInfo].files_to_run if ctx.attr.describer else None,
    )]

_go_merge_adapter = rule(
    _adapter_impl,
    doc = "See go_merge_adapter.",
    attrs = {
        "callee_by": attr.string(values = ["rpc_service", "target"], mandatory = True),
        "describer": attr.label(executable = True, cfg = "exec"),
        "format": attr.string(),
        "framework_prefixes": attr.string_list(),
        "hooks": attr.label_list(providers = [MergeHookInfo], mandatory = True, allow_empty = False),
        "message_markers": attr.string_list(),
        "message_prefixes": attr.string_list(),
        "message_types": attr.bool(),
        "service_markers": attr.string_list(),
    },
    provides = [MergeAdapterInfo],
)

def go_merge_adapter(
        name,
        hooks,
        callee_by = "rpc_service",
        describer = None,
        service_markers = [],
        framework_prefixes = [],
        message_types = True,
        message_markers = [],
        message_prefixes = [],
        format = "",
        **kwargs):
    """How calls of an RPC framework become inline: what is changed in a service's copy of it, and how its generated code is found.

    The target provides MergeAdapterInfo.

    Args:
        name: the target's name.
        hooks: the `go_merge_hook` targets, at least one for each role.
        callee_by: what tells whom a client calls. `"rpc_service"`: the service of
            the merged binary that serves the RPC service, so that there has to be
            one only, unless `callees` chooses. `"target"`: what the client's
            connection was made for, which [targets](rules.md#targets) describe.
        describer: the program that reads the generated code, see
            [its flags and output](adapters.md#the-describer). It is built once,
            for the machine that builds, whatever mode a merged binary is built
            in. Without it, services [name](adapters.md#without-a-describer) what
            they serve and call.
        service_markers: with a describer: import paths. A package that imports all
            of them may be one that the framework's tool generated for an RPC
            service.
        framework_prefixes: with a describer: prefixes of the import paths of
            packages that are never generated, such as the framework's own.
        message_types: whether calls may cross by conversion of structs. The
            describer then reads all packages that generated ones reach, and glue is
            compiled again when they change. Set it to `False` if all calls cross as
            bytes.
        message_markers: with a describer, and `message_types = False`: import
            paths. Packages that import all of them have messages that glue may
            convert in place of the bytes. The describer does not read them, but glue
            is compiled again when they change.
        message_prefixes: with a describer: prefixes of exceptions among these:
            packages with messages that those of services refer to.
        format: without a describer: the name of the encoding in which arguments and
            results cross. No two adapters of a build may have the same.
        **kwargs: all that targets have, such as `visibility` or `testonly`.
    """
    if describer:
        tool = name + ".describer"
        tool_in_one_mode(
            name = tool,
            dep = describer,
            tags = ["manual"],
            testonly = kwargs.get("testonly"),
            visibility = ["//visibility:private"],
        )
        describer = tool
    _go_merge_adapter(
        name = name,
        callee_by = callee_by,
        describer = describer,
        format = format,
        framework_prefixes = framework_prefixes,
        hooks = hooks,
        message_markers = message_markers,
        message_prefixes = message_prefixes,
        message_types = message_types,
        service_markers = service_markers,
        **kwargs
    )

def _adapters_impl(ctx):
    adapters = [target[MergeAdapterInfo] for target in ctx.attr.adapters]
    by_package = {}
    for adapter in adapters:
        for importpath in adapter.hooks:
            if importpath in by_package:
                fail("{}: {} and {} both hook package {}; leave one of them out".format(
                    display_label(ctx.label),
                    display_label(by_package[importpath]),
                    display_label(adapter.label),
                    importpath,
                ))
            by_package[importpath] = adapter.label
    by_format = {}
    for adapter in adapters:
        if adapter.format in by_format:
            fail("{}: {} and {} both have format = {}, which must differ; change one of them".format(
                display_label(ctx.label),
                display_label(by_format[adapter.format]),
                display_label(adapter.label),
                repr(adapter.format),
            ))
        if adapter.format:
            by_format[adapter.format] = adapter.label
    return [MergeAdaptersInfo(adapters = adapters)]

go_merge_adapters = rule(
    _adapters_impl,
    doc = """The adapters that a build uses. `--@rules_go_merge//merge:adapters=//your:target` in `.bazelrc` chooses them.""",
    attrs = {
        "adapters": attr.label_list(
            doc = "`go_merge_adapter` targets. Those that come with the rules are in folders of `@rules_go_merge//merge/adapter`.",
            providers = [MergeAdapterInfo],
            mandatory = True,
        ),
    },
    provides = [MergeAdaptersInfo],
)
