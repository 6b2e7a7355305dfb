"""One service under its namespace."""

load(":archives.bzl", "in_mode", "postorder")
load(":coverage.bzl", "without_coverage_report")
load(":describe.bzl", "describe")
load(":digest.bzl", "digest", "revision")
load(":go_binary.bzl", "go_binary_attrs", "linker_settings")
load(":godebug.bzl", "GODEBUG_DEFAULT")
load(":hooks.bzl", "check_hook", "find_hook", "resolve_hook", "unhooked")
load(":labels.bzl", "display_label")
load(":lifecycle.bzl", "LIFECYCLE_ATTRS", "lifecycle", "with_generics")
load(":mergegen.bzl", "MERGEGEN_TOOLCHAIN", "mergegen_args", "run_mergegen")
load(":modules.bzl", "module_edits")
load(":namespace.bzl", "file_name", "service_name", "validate_namespace")
load(":overlay.bzl", "generics", "mirrored", "overlay", "unowned", "write_overlays")
load(":permissions.bzl", "PERMISSIONS_ATTR", "permissions")
load(":providers.bzl", "MergeAdaptersInfo", "MergeServiceInfo", "MergeSharedInfo", "MergeStdInfo")
load(":rules_go.bzl", "GO_CONTEXT_ATTRS", "GoArchive", "c_libraries", "change_info", "change_mode", "go_context", "go_rule")
load(":settings.bzl", "check_env", "expand_args", "expand_env", "runfiles_of_data", "working_directory")
load(":shared.bzl", "shared_c_libraries", "shares", "validate_shared", "validate_shared_mode")
load(":std.bzl", "own_std_packages", "service_std")

# Added to the service's main package, which nothing could call otherwise.
_ENTRY = """package main

func GoMergeMain() { main() }
"""

def _go_merge_service_impl(ctx):
    name = service_name(ctx.label)
    namespace = ctx.attr.namespace or name
    check_env(ctx)
    validate_namespace(ctx.label, namespace)
    root = without_coverage_report(ctx.attr.binary[GoArchive])
    if not root.source.is_main:
        fail(("{}: binary = {} is not package main: it is the package {}. " +
              "Name the go_binary target.").format(display_label(ctx.label), display_label(ctx.attr.binary.label), root.data.importpath))

    shared = ctx.attr.shared[MergeSharedInfo] if ctx.attr.shared else None
    archives = postorder(root)
    own = [a for a in archives if not shares(shared, a.data)]
    common = [a for a in archives if shares(shared, a.data)]
    validate_shared(ctx.label, shared, common)
    life = lifecycle(ctx)

    go = go_context(ctx)
    paths = {a.data.importmap: True for a in own}
    linker = linker_settings(ctx, root, go.mode, lambda name: _rekey(name, root.source.importmap, True, namespace, paths))
    validate_shared_mode(ctx.label, go, root, common)
    own_std = own_std_packages(shared, folder = bool(ctx.attr.working_directory))
    folder = working_directory(ctx, shared, own_std)
    packages = _write_package_list(ctx, own, own_std, [a.data.importmap for a in common])
    go = _go_of_service(ctx, go, root, namespace, packages)
    common_by_importmap = {a.data.importmap: in_mode(a, go.mode) for a in common}
    symbols = unowned(ctx, go, packages, own, common)
    service = struct(
        name = name,
        namespace = namespace,
        go = go,
        own_std = own_std,
        packages = packages,
        symbols = symbols.own,
        generics = generics(ctx, go, ctx.attr._std[MergeStdInfo], archives) if life.on_panic == "contain" else None,
    )
    adapters = ctx.attr._adapters[MergeAdaptersInfo].adapters
    shared_hooks = _shared_hooks(ctx, adapters, name, shared, common)
    compiled = _compile(ctx, service, adapters, root, own, common_by_importmap)
    description, idl_archives = describe(ctx, service, adapters, own, common, compiled.archives)

    main = compiled.archives[root.data.importmap]
    libraries = [struct(label = display_label(f.owner), file = f) for f in c_libraries(main)]
    digest_file = digest(ctx, compiled.std + compiled.archives.values(), main, linker.definitions, libraries)
    return [
        DefaultInfo(files = depset([main.data.file, description])),
        OutputGroupInfo(
            description = depset([description]),
            digest = depset([digest_file]),
            hooks = depset(compiled.hooks + shared_hooks),
            overlays = depset(compiled.overlays),
        ),
        MergeServiceInfo(
            name = name,
            namespace = namespace,
            label = ctx.label,
            binary = ctx.attr.binary.label,
            main = main,
            version = _version(ctx),
            revision = revision(ctx),
            digest = digest_file,
            listen = ctx.attr.listen,
            lifecycle = life,
            linker = linker,
            process = struct(
                env = expand_env(ctx),
                env_inherit = ctx.attr.env_inherit,
                args = expand_args(ctx),
                log_name = ctx.attr.log_name,
                permissions = permissions(ctx),
                working_directory = folder,
            ),
            description = description,
            idl_archives = idl_archives,
            packages = [
                struct(importpath = a.data.importpath, importmap = namespace + "/" + a.data.importmap, label = display_label(a.data.label))
                for a in own
            ],
            overlays = compiled.overlays,
            hooks = compiled.hooks + shared_hooks,
            instrumented = compiled.instrumented,
            cgo_archives = [
                struct(label = display_label(a.data.label), importpath = a.data.importpath, file = compiled.archives[a.data.importmap].data.file)
                for a in archives
                if a.source.cgo or any([src.extension == "syso" for src in a.source.srcs])
            ],
            c_libraries = libraries,
            shared_c_libraries = shared_c_libraries(shared, common),
            outside_symbols = symbols.outside,
            shared = shared,
            shared_packages = {a.data.importmap: a.data.label for a in common},
            # Not the binary's own runfiles: its executable is among them.
            runfiles = root.runfiles.merge(runfiles_of_data(ctx)),
        ),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["binary"]),
    ]

def _version(ctx):
    text = ctx.attr.version
    if [c for c in text.elems() if c.isspace()]:
        fail("{}: version = \"{}\" has spaces; write it without, such as \"1.4.2\"".format(display_label(ctx.label), text))
    return text

def _go_of_service(ctx, go, root, namespace, packages):
    """Returns go with the build tags and the profile of the service's own binary.

    All else in the mode is the merged binary's: one program has one setting of
    race, pure, GOOS and similar ones.
    """
    changed = {}
    tags = root.source.mode.tags
    if sorted(tags) != sorted(go.mode.tags):
        changed["tags"] = tags
    profile = root.source.mode.pgoprofile
    if profile and profile != go.mode.pgoprofile:
        changed["pgoprofile"] = _in_namespace(ctx, profile, namespace, packages)
    return change_mode(go, **changed) if changed else go

def _in_namespace(ctx, profile, namespace, packages):
    """Declares a copy of a profile that names functions as they are named here."""
    args = mergegen_args(ctx)
    args.add("--profile", profile)
    args.add("--namespace", namespace)
    args.add("--packages", packages)
    copy = ctx.actions.declare_file(ctx.label.name + ".ns/profile.txt")
    args.add("-o", copy)
    run_mergegen(
        ctx,
        "pgo",
        [args],
        inputs = [profile, packages],
        outputs = [copy],
        mnemonic = "GoMergePGO",
        progress_message = "Preparing the profile of %{label}",
    )
    return copy

def _compile(ctx, service, adapters, root, own, shared):
    """Compiles every package of the service under the namespace.

    Args:
        ctx: the rule's context.
        service: as for service_std().
        adapters: list of MergeAdapterInfo.
        root: GoArchive, the service's binary.
        own: list of GoArchive, the packages.
        shared: dict of importmap to GoArchive, packages in no namespace.

    Returns:
        struct(archives = dict of un-prefixed importmap to GoArchive, std = list of GoArchive,
        overlays, hooks, instrumented).
    """
    mode = service.go.mode
    paths = {a.data.importmap: True for a in own}
    std = service_std(ctx, service, root, own + shared.values())
    go = std.go_with_own_std
    archives = dict(shared)
    overlays = list(std.overlays)
    groups = {}
    hooks = []
    instrumented = []
    originals = {a.data.importmap: a for a in own} | shared
    for archive in own:
        source = archive.source
        importmap = source.importmap
        path = "{}/{}".format(service.namespace, importmap)
        hook = find_hook(adapters, archive)
        resolved = resolve_hook(hook, archive, originals) if hook else None
        entry = None
        if source.is_main:
            entry = ctx.actions.declare_file("{}.ns/{}/go_merge_entry.go".format(ctx.label.name, importmap))
            ctx.actions.write(entry, _ENTRY)
        added = module_edits(ctx, archive, mode.goos)
        changed = overlay(
            ctx,
            service,
            source,
            dir = "{}.ns/{}".format(ctx.label.name, importmap),
            edits = resolved or added,
            entry = entry,
        )
        deps = _imports(ctx, archive, archives, resolved, mode, hook or service.generics) + std.archives
        if added:
            deps.append(in_mode(ctx.attr._process[GoArchive], mode))
        if hook:
            # What is checked are packages of the same repository, among others.
            group = importmap
            changed = check_hook(ctx, go, changed, resolved, archive, path, deps, _required(ctx, hook))
            hooks.append(changed.hook_report)
        else:
            group = archive.data.label.repo_name or importmap
        overlays.append(changed.report)
        groups.setdefault(group, []).append(changed)
        instrumented += changed.instrumented

        info = change_info(
            source,
            # rules_go names a cgo package's folder by the last part only.
            name = "{}.ns/{}".format(ctx.label.name, file_name(service.namespace, importmap)),
            importmap = path,
            deps = deps,
            is_main = False,
            mode = mode,
            srcs = changed.srcs,
            embedsrcs = changed.embedsrcs,
            gc_goopts = with_generics(source.gc_goopts) if service.generics else source.gc_goopts,
            cppopts = mirrored(source.cppopts, changed.roots, ctx.bin_dir.path),
            copts = mirrored(source.copts, changed.roots, ctx.bin_dir.path),
            cxxopts = mirrored(source.cxxopts, changed.roots, ctx.bin_dir.path),
            cover = depset([pair.copy for pair in changed.instrumented]),
            x_defs = {
                _rekey(k, importmap, source.is_main, service.namespace, paths): v
                for k, v in source.x_defs.items()
                if k != GODEBUG_DEFAULT
            },
        )
        archives[importmap] = go.archive(go, info)
    write_overlays(ctx, service.namespace, groups)
    return struct(archives = archives, std = std.archives, overlays = overlays, hooks = hooks, instrumented = instrumented)

def _write_package_list(ctx, own, own_std, shared):
    """Writes which packages are in the namespace, and which others there are."""
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    for archive in own:
        lines.add(archive.source.importmap, format = "main=%s" if archive.source.is_main else None)

    # Symbols of views are those of the standard library.
    copies = {p.path: True for p in own_std if not p.view}
    lines.add_all(copies.keys(), format_each = "std=%s")
    lines.add_all([p for p in ctx.attr._std[MergeStdInfo].packages if p not in copies], format_each = "outside=%s")
    lines.add_all(shared, format_each = "outside=%s")
    file = ctx.actions.declare_file(ctx.label.name + ".ns/packages.txt")
    ctx.actions.write(file, lines)
    return file

def _shared_hooks(ctx, adapters, service, shared, common):
    """Reports on the framework's packages that have no copy of the service's own."""
    reports = []
    for archive in common:
        hook = find_hook(adapters, archive)
        if not hook:
            continue
        reason = "{} shares it, and the adapter hooks the copy of one service".format(display_label(shared.label))
        if _required(ctx, hook):
            fail("{}: {}. {}".format(display_label(ctx.label), reason, _required(ctx, hook)))
        reports.append(unhooked(ctx, service, hook, archive, "{}.ns/{}".format(ctx.label.name, archive.data.importmap), reason))
    return reports

def _required(ctx, hook):
    """Returns why a service cannot do without a hook, "" if it can."""
    if hook.role in ["server", "both"] and not ctx.attr.listen:
        return "{}: with `listen = False` it would bind its addresses anyway, or be out of reach; set `listen = True`".format(display_label(ctx.label))
    return ""

def _imports(ctx, archive, archives, hook, mode, uses_runtime):
    """Returns what a package imports, from the namespace, and the runtime."""
    importmaps = {a.data.importmap: True for a in archive.direct}
    for importmap in hook.imports if hook else []:
        importmaps[importmap] = True
    deps = [archives[importmap] for importmap in importmaps]
    runtime = ctx.attr._runtime[GoArchive]
    if uses_runtime and runtime.data.importmap not in importmaps:
        deps.append(in_mode(runtime, mode))
    return deps

def _rekey(key, importmap, is_main, namespace, paths):
    """Returns a variable's name with the package that it is compiled in."""
    package, _, name = key.rpartition(".")
    if is_main and package == "main":
        package = importmap
    if package in paths:
        package = "{}/{}".format(namespace, package)
    return "{}.{}".format(package, name)

go_merge_service = go_rule(
    _go_merge_service_impl,
    doc = """Compiles a service's packages under a namespace, so that it can be merged with others.

The service's name, in links, logs and the manifest, is the target's name without
a trailing `_service`. The target is independent of the merged binaries that use it:
they share its compiled packages. The service's own `go_binary` and sources stay as
they are; its `data` and `x_defs` apply.

Output groups: `description` (JSON: what the service serves and calls), `digest` (what
identifies its code), `hooks` (JSON: whether the framework's adapter fits), `overlays`
(JSON: what the overlays changed).""",
    attrs = {
        "binary": attr.label(
            doc = "The service's `go_binary`. Its build tags apply to its packages; race, pure and similar settings are the merged binary's. See [What a go_binary says](rules.md#what-a-go_binary-says).",
            aspects = [go_binary_attrs],
            providers = [GoArchive],
            mandatory = True,
        ),
        "namespace": attr.string(
            doc = "Importpath prefix of the service's packages in the merged binary, unique among its services: letters, digits, `-`, `.`, `_` and `/`. By default the service's name.",
        ),
        "listen": attr.bool(
            doc = "Whether the service's servers bind their addresses. If `False`, the service is reachable in the merged process only. What else its code listens at is bound when it first accepts connections. See [Addresses](isolation.md#addresses).",
            default = True,
        ),
        "data": attr.label_list(
            doc = "Files that the service needs at run time in a merged binary, in addition to the `data` of `binary`. Values of `env` and `args` may name them.",
            allow_files = True,
        ),
        "env": attr.string_dict(
            doc = "Environment variables of this service alone. They win over inherited ones. Values may name files of `data`, by `$(rootpath)` and similar variables. See [Isolation](isolation.md#environment).",
        ),
        "env_inherit": attr.string_list(
            doc = "Variables that the service inherits from the process, in addition to those that say nothing about a service, such as `PATH`. A name may end in `*`; `[\"*\"]` inherits all.",
        ),
        "args": attr.string_list(
            doc = "The service's arguments, without the program's name. They may name files of `data`, by `$(rootpath)` and similar variables, and may have make variables; `$$` stands for `$`. Unlike the `args` of a `go_binary`, each is one argument, whatever spaces it has.",
        ),
        "log_name": attr.bool(
            doc = "Whether lines of the default loggers of `log` and `log/slog` begin with the service's name.",
        ),
        "working_directory": attr.string(
            doc = "The folder that the service's relative paths begin in, such as `\"state/stock\"` or `\"$STATE_DIR/stock\"`, which has to exist. A relative one begins in the folder that the process is started in. It may name a file of `data` as values of `env` do. By default it is the process's. See [Working directory](isolation.md#working-directory).",
        ),
        "permissions": PERMISSIONS_ATTR,
        "serves": attr.string_list(
            doc = "Names of the RPC services that this service serves to the others of a merged binary, as in the IDL. By default all for which its code makes a server; set it where two services of a merged binary serve the same. RPC services of [an adapter without a describer](adapters.md#without-a-describer) have to be named, as `NAME` or `FORMAT:NAME`.",
        ),
        "calls": attr.string_list(
            doc = "Names of the RPC services that this service calls, in the same form. By default all for which its code makes a client.",
        ),
        "targets": attr.string_list(
            doc = "Patterns of what other services dial to reach this one, for frameworks of which the connection decides who is called, such as `stock:50051` or `consul://*/stock`. See [Targets](rules.md#targets).",
        ),
        "shared": attr.label(
            doc = "A `go_merge_shared` target that names packages and C libraries that all services have in common. All services of a merged binary must name the same one.",
            providers = [MergeSharedInfo],
        ),
        "version": attr.string(
            doc = "The service's version, which the manifest and `mergectl services` show. It may be any text without spaces.",
        ),
        "revision": attr.string(
            doc = "The revision of the service's sources, which the manifest, the admin socket and `mergectl versions` show. What it names in braces is taken from Bazel's [workspace status](ci.md#releases) and is empty without `--stamp`. Set it to `\"\"` for none, so that commits alone do not link stamped binaries again.",
            default = "{STABLE_GIT_COMMIT}",
        ),
        "_adapters": attr.label(default = "//merge:adapters", providers = [MergeAdaptersInfo]),
        "_modules": attr.label(default = "//merge/modules", allow_files = True),
        "_process": attr.label(default = "//merge/runtime/process", providers = [GoArchive]),
        "_runtime": attr.label(default = "//merge/runtime", providers = [GoArchive]),
        "_signals": attr.label(default = "//merge/runtime/signals", providers = [GoArchive]),
        "_std": attr.label(default = "//merge/std", providers = [MergeStdInfo]),
    } | GO_CONTEXT_ATTRS | LIFECYCLE_ATTRS,
    provides = [MergeServiceInfo],
    toolchains = [MERGEGEN_TOOLCHAIN],
)
