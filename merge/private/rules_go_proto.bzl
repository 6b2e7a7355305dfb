"""What the rules take from rules_go's protobuf rules.

It is not in rules_go.bzl: loading it takes a module protobuf, which a WORKSPACE need not have.
"""

load("@io_bazel_rules_go//proto:compiler.bzl", _go_proto_compiler = "go_proto_compiler")

go_proto_compiler = _go_proto_compiler
