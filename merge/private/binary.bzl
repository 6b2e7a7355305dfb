"""Several services in one binary."""

load(":archives.bzl", "importable_as", "in_mode")
load(":coverage.bzl", "COVERAGE_ATTRS", "coverage_report")
load(":digest.bzl", "digest_args", "revision_variables", "revision_x_defs")
load(":glue.bzl", "glue", "glue_inputs")
load(":go_binary.bzl", "merged_linkopts")
load(":labels.bzl", "display_label")
load(":lifecycle.bzl", "lifecycle_args")
load(":links.bzl", "deadlines", "link_settings")
load(":mergegen.bzl", "MERGEGEN_TOOLCHAIN", "mergegen_args", "run_mergegen")
load(":providers.bzl", "MergeServiceInfo", "MergedBinaryInfo")
load(":reports.bzl", "debug_info", "link_graph", "manifest")
load(":rules_go.bzl", "GO_CONTEXT_ATTRS", "GoArchive", "generated_info", "go_context", "go_rule")
load(":settings.bzl", "expand_env", "process_settings", "runfiles_of_data")
load(":std.bzl", "own_std_packages")
load(":transition.bzl", "MODE_ATTRS", "mode_transition")

def _go_merged_binary_impl(ctx):
    services = [s[MergeServiceInfo] for s in ctx.attr.services]
    _validate(ctx, services)
    if ctx.attr.start_order == "callees_first":
        # So that a cache has the binary for any order in the BUILD file.
        services = sorted(services, key = lambda s: s.name)
    settings = link_settings(ctx, services)

    go = go_context(ctx)
    inputs = glue_inputs(services, go.mode)
    glues = [glue(ctx, go, service, inputs, settings[service.name]) for service in services]
    symbols = _check_symbols(ctx, services)
    outside = _check_outside(ctx, services)
    deadline_of = deadlines(ctx, services)
    main_source = _generate_main(ctx, services, glues, deadline_of, [f for f in [symbols, outside] if f])
    report = coverage_report(ctx, go, services)

    importpath = "{}.main".format(ctx.label.name)
    source = generated_info(
        go,
        name = ctx.label.name + ".main/main",
        importpath = importpath,
        srcs = [main_source] + report.srcs,
        deps = [importable_as(s.main, s.main.data.importmap, go.mode) for s in services] +
               [g.archive for g in glues] +
               [in_mode(a[GoArchive], go.mode) for a in [ctx.attr._runtime, ctx.attr._process]] +
               report.deps,
        is_main = True,
        x_defs = process_settings(ctx, services) | revision_x_defs(importpath, services),
        # Only in an instrumented main package does the compiler start counting.
        cover = depset(report.srcs),
    )
    archive, executable, runfiles = go.binary(
        go,
        name = ctx.label.name,
        source = source,
        gc_linkopts = merged_linkopts(ctx, services, go.mode),
        version_file = ctx.version_file,
        info_file = ctx.info_file,
    )
    info = _merged_binary_info(ctx, services, glues, deadline_of, executable, go.mode.stamp)
    return [
        archive,
        DefaultInfo(
            executable = executable,
            files = depset([executable]),
            runfiles = runfiles.merge_all([s.runfiles for s in services]).merge(runfiles_of_data(ctx)),
        ),
        OutputGroupInfo(
            debug_info = depset(info.debug_info.values()),
            glue = depset([main_source] + [g.source for g in glues]),
            link_graph = depset([info.link_graph]),
            manifest = depset([info.manifest]),
            versions = depset([info.versions]),
        ),
        info,
        RunEnvironmentInfo(environment = expand_env(ctx)),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["services"]),
    ]

def _merged_binary_info(ctx, services, glues, deadline_of, executable, stamp):
    manifests = manifest(ctx, services, glues, deadline_of, stamp)
    return MergedBinaryInfo(
        label = ctx.label,
        executable = executable,
        services = services,
        manifest = manifests.file,
        versions = manifests.versions,
        link_graph = link_graph(ctx, manifests.file),
        debug_info = debug_info(ctx, executable, services),
    )

def _validate(ctx, services):
    if not services:
        fail("{}: services is empty; name at least one go_merge_service".format(display_label(ctx.label)))
    for what, noun in [("namespace", "namespace"), ("name", "service name")]:
        owners = {}
        for service in services:
            value = getattr(service, what)
            if value in owners:
                fail(("{binary}: services {first} and {second} have the same {noun} {value}. " +
                      "{hint}").format(
                    binary = display_label(ctx.label),
                    first = display_label(owners[value]),
                    second = display_label(service.label),
                    noun = noun,
                    value = repr(value),
                    hint = "Give one of them another `namespace`." if what == "namespace" else "Rename one of the targets.",
                ))
            owners[value] = service.label

    shared = services[0].shared
    for service in services[1:]:
        if _label(service.shared) != _label(shared):
            fail(("{binary}: service {first} has shared = {first_shared} and {second} has shared = {second_shared}. " +
                  "All services of a merged binary must share the same packages: name one go_merge_shared target in each.").format(
                binary = display_label(ctx.label),
                first = display_label(services[0].label),
                first_shared = _label(shared),
                second = display_label(service.label),
                second_shared = _label(service.shared),
            ))
    packages = {}
    for service in services:
        for importmap, label in service.shared_packages.items():
            other = packages.setdefault(importmap, struct(label = label, service = service.label))
            if other.label != label:
                fail(("{binary}: shared package {package} is {first} in service {first_service} and {second} in service {second_service}. " +
                      "Make both services depend on one of them, or take the package out of {shared}.").format(
                    binary = display_label(ctx.label),
                    package = importmap,
                    first = display_label(other.label),
                    first_service = display_label(other.service),
                    second = display_label(label),
                    second_service = display_label(service.label),
                    shared = _label(shared),
                ))

def _label(shared):
    return display_label(shared.label) if shared else "None"

def _check_symbols(ctx, services):
    """Fails the build where a service would run C code of another."""
    archives = [struct(service = s.name, archive = a) for s in services for a in s.cgo_archives]
    libraries = [struct(service = s.name, library = c) for s in services for c in s.c_libraries]
    if len({entry.service: True for entry in archives + libraries}) < 2:
        return None
    args = mergegen_args(ctx)
    args.add_all(archives, before_each = "--archive", map_each = _cgo_archive)
    args.add_all(libraries, before_each = "--library", map_each = _c_library)
    shared = {label: True for s in services for label in s.shared_c_libraries}
    if ctx.configuration.coverage_enabled:
        # Instrumented libraries have variables, their counters.
        shared |= {c.library.label: True for c in libraries}
    args.add_all(shared.keys(), before_each = "--shared")
    ok = ctx.actions.declare_file(ctx.label.name + ".main/symbols.ok")
    args.add("-o", ok)
    run_mergegen(
        ctx,
        "symbols",
        [args],
        inputs = [a.archive.file for a in archives] + [c.library.file for c in libraries],
        outputs = [ok],
        mnemonic = "GoMergeSymbols",
        progress_message = "Checking C symbols of %{label}",
    )
    return ok

def _cgo_archive(entry):
    archive = entry.archive
    return "{}={}={}={}".format(archive.label, entry.service, archive.importpath, archive.file.path)

def _c_library(entry):
    library = entry.library
    return "{}={}={}".format(library.label, entry.service, library.file.path)

def _check_outside(ctx, services):
    """Fails the build where two services define what a process has once."""
    if len(services) < 2:
        return None
    args = mergegen_args(ctx)
    for service in services:
        args.add_all(service.outside_symbols, before_each = "--service", format_each = service.name.replace("%", "%%") + "=%s")
    ok = ctx.actions.declare_file(ctx.label.name + ".main/outside.ok")
    args.add("-o", ok)
    run_mergegen(
        ctx,
        "outside",
        [args],
        inputs = [f for s in services for f in s.outside_symbols],
        outputs = [ok],
        mnemonic = "GoMergeOutside",
        progress_message = "Checking symbols of the process of %{label}",
    )
    return ok

def _generate_main(ctx, services, glues, deadline_of, checks):
    source = ctx.actions.declare_file(ctx.label.name + ".main/main.go")
    args = mergegen_args(ctx)
    args.add("--name", ctx.label.name)
    for service in services:
        args.add("--service", "{}={}={}={}={}".format(
            service.name,
            service.namespace,
            service.main.data.importmap,
            "true" if service.listen else "false",
            service.version,
        ))
    args.add_all(lifecycle_args(services), before_each = "--lifecycle")
    args.add_all(["{}={}".format(*entry) for entry in revision_variables(services).items()], before_each = "--revision")
    digests = digest_args(args, services)
    if "os/signal" in [p.path for p in own_std_packages(services[0].shared)]:
        args.add("--signal-views")
    if ctx.attr.start_order == "listed":
        args.add("--start-as-listed")
    args.add_all([g.importpath for g in glues], before_each = "--glue")
    hooks = [f for s in services for f in s.hooks]
    args.add_all(hooks, before_each = "--hook")
    links = [g.links for g in glues] if deadline_of else []
    args.add_all(links, before_each = "--links")
    args.add_all(["{}={}".format(*entry) for entry in deadline_of.items()], before_each = "--deadline")
    args.add("-o", source)
    run_mergegen(
        ctx,
        "main",
        [args],
        # The link waits for the main package, and so for the checks.
        inputs = hooks + links + digests + checks,
        outputs = [source],
        mnemonic = "GoMergeMain",
        progress_message = "Generating the main package of %{label}",
    )
    return source

go_merged_binary = go_rule(
    _go_merged_binary_impl,
    doc = """Links several services into one executable, in which RPCs between them are function calls.

Output groups: `manifest` (JSON: services with their attributes, packages, links and
overlays), `link_graph` (DOT: services and their links), `debug_info` (JSON: the
functions of each service, one file each), `glue` (the generated sources), `versions`
(JSON: what `mergectl versions` needs of the manifest). See [Outputs](outputs.md).""",
    attrs = {
        "services": attr.label_list(
            doc = "The `go_merge_service` targets to merge.",
            providers = [MergeServiceInfo],
            mandatory = True,
        ),
        "start_order": attr.string(
            doc = "The order in which services start and stop: `callees_first` starts callees before their callers and stops them after those, `listed` starts all at once, in the order of `services`, and stops them one by one from the last to the first. See [Lifecycle](lifecycle.md).",
            default = "callees_first",
            values = ["callees_first", "listed"],
        ),
        "share_memory": attr.string_list(
            doc = """Links whose two services share memory in place of copying, as `"item->stock"`: the names of the calling and the called service. See [Sharing memory](rules.md#sharing-memory).""",
        ),
        "deadlines": attr.string_dict(
            doc = """What calls do whose deadline passes while their handler runs, from [links](terminology.md#links) such as `"item->stock"` or `"item->stock/StockService/GetStock"` to `"strict"`, the default, or `"cooperative"`: a strict call returns in time whatever the handler does, a cooperative one when the handler does. The most specific link decides. See [Deadlines](deadlines.md).""",
        ),
        "callees": attr.string_keyed_label_dict(
            doc = """Which service is called, where several services of the binary serve one RPC service: from `"item->*/StockService"`, with the names of the calling service and of the RPC service as in the IDL, to the `go_merge_service` that is called. Needed only where a merged service calls it.""",
            providers = [MergeServiceInfo],
        ),
        "data": attr.label_list(
            doc = "Files that the binary needs at run time, in addition to the `data` of the services.",
            allow_files = True,
        ),
        "env": attr.string_dict(
            doc = "Environment variables that `bazel run` sets for the process. Services see them where their `env_inherit` says so. Values may name files of `data`, by `$(rootpath)` and similar variables.",
        ),
        "gc_linkopts": attr.string_list(
            doc = "Flags for the Go linker, with make variables. See [What a go_binary says](rules.md#what-a-go_binary-says).",
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_process": attr.label(default = "//merge/runtime/process", providers = [GoArchive]),
        "_runtime": attr.label(default = "//merge/runtime", providers = [GoArchive]),
    } | COVERAGE_ATTRS | GO_CONTEXT_ATTRS | MODE_ATTRS,
    cfg = mode_transition,
    executable = True,
    provides = [MergedBinaryInfo],
    toolchains = [MERGEGEN_TOOLCHAIN],
)
