"""What Debian's packages of protobuf have, as a repository."""

_BUILD = """
package(default_visibility = ["//visibility:public"])

# An attribute for tools takes no source file.
filegroup(
    name = "protoc",
    srcs = ["bin/protoc"],
)

[
    proto_library(
        name = name + "_proto",
        srcs = ["google/protobuf/%s.proto" % name],
        deps = [":%s_proto" % dep for dep in deps],
    )
    for name, deps in {
        "any": [],
        "api": ["source_context", "type"],
        "descriptor": [],
        "duration": [],
        "empty": [],
        "field_mask": [],
        "source_context": [],
        "struct": [],
        "timestamp": [],
        "type": ["any", "source_context"],
        "wrappers": [],
    }.items()
]
"""

def _debian_protobuf_impl(repository_ctx):
    repository_ctx.symlink("/usr/bin/protoc", "bin/protoc")
    repository_ctx.symlink("/usr/include/google", "google")
    repository_ctx.file("BUILD.bazel", _BUILD)

debian_protobuf = repository_rule(
    implementation = _debian_protobuf_impl,
    doc = "Debian's protoc, and rules for the .proto files of well-known types.",
    local = True,
)
