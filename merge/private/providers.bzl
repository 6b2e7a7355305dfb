"""Providers that the rules of this module exchange."""

MergeServiceInfo = provider(
    doc = "A service whose packages are compiled under its namespace, ready to be merged.",
    fields = {
        "name": "string: the service's name in links, logs and the manifest.",
        "namespace": "string: the importpath prefix of the service's packages.",
        "label": "Label: the go_merge_service target.",
        "binary": "Label: the service's own go_binary.",
        "main": "GoArchive: the service's main package under the namespace. Its exported function GoMergeMain runs the service.",
        "version": "string: the service's version, empty for none.",
        "revision": "string: the revision of its sources, with what is to be stamped in braces; empty for none.",
        "digest": "File: the SHA-256, in hexadecimal digits, of what the service was compiled to.",
        "listen": "bool: whether the service's servers bind their addresses.",
        "process": "struct(env, env_inherit, args, log_name, permissions, working_directory): what the service sees of the process.",
        "lifecycle": "struct(on_exit, on_panic, restart, max_inflight, cpu_limit): what becomes of the service and of the others when it ends, as in the attributes.",
        "linker": "struct(definitions, godebug, linkopts, strips): what the service's binary says to the linker.",
        "description": "File: JSON that lists the RPC services it serves and calls, and the targets that mean it.",
        "idl_archives": "list of GoArchive: the packages that hold the generated request and result types.",
        "packages": "list of struct(importpath, importmap, label): every package under the namespace, dependencies first.",
        "overlays": "list of File: one JSON report per package of what its overlay changed.",
        "hooks": "list of File: one JSON report per package that the framework's adapter hooks, of whether it fits.",
        "instrumented": "list of struct(original, copy): Files that are instrumented for coverage.",
        "cgo_archives": "list of struct(label, importpath, file): packages with C code or objects, also shared ones.",
        "c_libraries": "list of struct(label, file): the C libraries that its packages are linked with.",
        "shared_c_libraries": "list of string: labels of those that services may share.",
        "outside_symbols": "list of File: JSON that lists where the service defines what a process has once, such as symbols of the runtime.",
        "shared": "MergeSharedInfo, or None: what the service shares with the others.",
        "shared_packages": "dict of importmap to Label: the shared packages that the service links.",
        "runfiles": "runfiles: what the service's binary needs at run time.",
    },
)

MergeSharedInfo = provider(
    doc = "The packages that services of a merged binary have in common.",
    fields = {
        "label": "Label: the go_merge_shared target.",
        "prefixes": "list of string: importpath prefixes of the shared packages.",
        "libraries": "list of string: labels of the shared C libraries.",
    },
)

MergedBinaryInfo = provider(
    doc = "A merged binary, for rules that look into it.",
    fields = {
        "label": "Label: the go_merged_binary target.",
        "executable": "File: the merged binary.",
        "services": "list of MergeServiceInfo: its services; with `start_order = \"callees_first\"` sorted by name.",
        "manifest": "File: JSON that lists the services with their attributes, packages, links and overlays.",
        "versions": "File: JSON with what `mergectl versions` needs of the manifest.",
        "link_graph": "File: the services and their links, as DOT.",
        "debug_info": "dict of string, a service's name, to File: JSON that lists the service's functions in the binary.",
    },
)

MergeStdInfo = provider(
    doc = "What services need for their own packages of the standard library.",
    fields = {
        "packages": "list of string: the paths of all packages of the standard library.",
        "go_sources": "depset of File: the Go files of all packages, without commands.",
        "sources": "dict of path to struct(srcs, written): the Files of each package of which a service may have its own, and those that are added in the service's name.",
    },
)

MergeHookAlternativeInfo = provider(
    doc = "What a hook does in addition where the framework imports a certain package.",
    fields = {
        "importer": "string: import path of the package of the framework that is looked at.",
        "imports": "string: import path of what it has to import.",
        "rename": "dict of string to string: functions and their other names.",
        "srcs": "list of File: the files that are added.",
    },
)

MergeHookInfo = provider(
    doc = "What an adapter changes in one package of its framework.",
    fields = {
        "label": "Label: the go_merge_hook target.",
        "adapter": "Label, or None: the go_merge_adapter target that it is of, as that says.",
        "importpath": "string: the package's import path.",
        "role": "string: `client`, `server`, `both` or empty.",
        "effect": "string: what becomes of a service whose copy of the package cannot be hooked.",
        "rename": "dict of string to string: functions and their other names.",
        "srcs": "list of File: the files that are added.",
        "imports": "list of string: import paths of what these import.",
        "alternatives": "list of MergeHookAlternativeInfo, of which the first that applies adds its own.",
        "module": "struct(name, first, last, constant): the framework's name, the versions that the adapter is tested with, and struct(package, name) of the constant that holds its version, or None.",
    },
)

MergeAdapterInfo = provider(
    doc = "How calls of an RPC framework become inline.",
    fields = {
        "label": "Label: the go_merge_adapter target.",
        "hooks": "dict of import path to MergeHookInfo.",
        "service_markers": "list of string: import paths that generated packages of RPC services import.",
        "framework_prefixes": "list of string: prefixes of import paths of packages that are never generated.",
        "message_markers": "list of string: import paths of packages with messages that may be converted.",
        "message_prefixes": "list of string: prefixes of exceptions among these.",
        "message_types": "bool: whether calls may cross by conversion of structs.",
        "describer": "FilesToRunProvider, or None: the program that reads the generated code.",
        "callee_by": "string: `rpc_service` or `target`, what tells whom a client calls.",
        "format": "string: the name of the encoding in which calls cross, if there is no describer.",
    },
)

MergeAdaptersInfo = provider(
    doc = "The adapters that a build uses.",
    fields = {"adapters": "list of MergeAdapterInfo."},
)
