"""Compilers of `go_proto_library` for services that have a dependency set.

```starlark
load("@rules_go//proto:def.bzl", "go_proto_library")
load("@rules_go_merge//merge/adapter/grpc:proto.bzl", "go_merge_proto_compilers")

# Of the set that merge_deps.from_file names "stock".
go_merge_proto_compilers(name = "stock")

go_proto_library(
    name = "stockpb_go_proto",
    compilers = [
        ":stock_proto_compiler",
        ":stock_grpc_compiler",
    ],
    importpath = "example.com/shop/stockpb",
    proto = ":stockpb_proto",
)
```
"""

load("//merge/private:rules_go_proto.bzl", "go_proto_compiler")

# Packages of messages in google/protobuf/*.proto that generated code may import.
_WELL_KNOWN_TYPES = ["any", "duration", "empty", "fieldmask", "struct", "timestamp", "wrappers"]

def go_merge_proto_compilers(
        name,
        deps_set = None,
        well_known_types = _WELL_KNOWN_TYPES,
        grpc_options = ["require_unimplemented_servers=false"],
        **kwargs):
    """Defines compilers that make and link code with the modules of a dependency set.

    rules_go's own compilers link it with the modules of `go_deps`. A service that takes the same
    modules from a dependency set cannot have both.

    These are targets `<name>_proto_compiler`, for messages, and `<name>_grpc_compiler`, for gRPC
    services. The plugins come from the set, too, so that they fit: `protoc-gen-go` from google.golang.org/protobuf, and
    `protoc-gen-go-grpc` from google.golang.org/grpc/cmd/protoc-gen-go-grpc. For go.mod to require the
    latter, run `go get -tool google.golang.org/grpc/cmd/protoc-gen-go-grpc`. `use_repo` has to name
    the repositories of these two modules and of google.golang.org/grpc.

    Args:
        name: prefix of the targets' names.
        deps_set: the name of the dependency set, `name` by default.
        well_known_types: which packages of google.golang.org/protobuf/types/known the code may import,
            without `pb`. A service compiles them all, so a shorter list saves time.
        grpc_options: options for `protoc-gen-go-grpc`. The default is that of rules_go's compiler.
        **kwargs: attributes of all targets, such as `visibility`.
    """
    prefix = "@%s_org_golang_google_" % (deps_set or name)
    protobuf = [prefix + "protobuf//" + package for package in [
        "reflect/protoreflect",
        "runtime/protoimpl",
    ] + ["types/known/%spb" % package for package in well_known_types]]
    go_proto_compiler(
        name = name + "_proto_compiler",
        plugin = prefix + "protobuf//cmd/protoc-gen-go",
        deps = protobuf,
        **kwargs
    )
    go_proto_compiler(
        name = name + "_grpc_compiler",
        options = grpc_options,
        plugin = prefix + "grpc_cmd_protoc_gen_go_grpc//:protoc-gen-go-grpc",
        suffix = "_grpc.pb.go",
        deps = protobuf + [prefix + "grpc//" + package for package in [
            ":grpc",
            "codes",
            "status",
        ]],
        **kwargs
    )
