"""The packages that one version of Kitex generates for the IDL of the cases."""

load("@io_bazel_rules_go//go:def.bzl", "go_library")
load("//merge/private:transition.bzl", "tool_in_one_mode")  # buildifier: disable=bzl-visibility

_IMPORT_PREFIX = "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/"

# Packages with types, each with its IDL and the RPC services that are declared there.
_PACKAGES = {
    "contract": ("contract.thrift", ["contractservice"]),
    "probe": ("probe.thrift", [
        "backservice",
        "lateservice",
        "probeservice",
    ]),
    "protos": ("proto.proto", ["protoservice"]),
    "protoskew/callee": ("proto_callee.proto", ["skewprotoservice"]),
    "protoskew/caller": ("proto_caller.proto", ["skewprotoservice"]),
    "skew/callee": ("skew_callee.thrift", ["skewservice"]),
    "skew/caller": ("skew_caller.thrift", ["skewservice"]),
    "streams": ("stream.thrift", ["streamservice"]),
}

# What the code imports in addition to Kitex, as from v0.13 on and before.
_CODECS = ["cloudwego_prutal//:prutal"]
_OLD_CODECS = [
    "cloudwego_kitex//client/streamclient",
    "cloudwego_kitex//pkg/protocol/bthrift/apache",
]

def _message_files(package, idl, old):
    """Returns the files of a package with types."""
    name, _, language = idl.partition(".")
    if language == "thrift":
        files = [name + ".go", "k-{}.go".format(name), "k-consts.go"]
    else:
        files = [name + ".pb.go"] + (["oneofs.go"] if old else [])
    return ["kitex_gen/{}/{}".format(package, file) for file in files]

def _service_files(package, service):
    """Returns the files of an RPC service's package."""
    return ["kitex_gen/{}/{}/{}.go".format(package, service, file) for file in ["client", "server", service]]

def generated_code(name, kitex, thriftgo = None, protoc = None):
    """Generates the code, and declares it as sources.

    Args:
      name: the folder, as generate.sh takes it.
      kitex: the tool of the version.
      thriftgo: what the tool of a version before v0.13 generates code with.
      protoc: what such a tool parses protobuf with.
    """
    old = thriftgo != None
    tools = {"KITEX": kitex} | ({"PROTOC": protoc, "THRIFTGO": thriftgo} if old else {})
    for variable, tool in tools.items():
        tool_in_one_mode(
            name = "{}_{}".format(name, variable.lower()),
            dep = tool,
            tags = ["manual"],
            visibility = ["//visibility:private"],
        )
    script = "//tests/conformance/service/gen:generate.sh"
    native.genrule(
        name = name,
        srcs = ["//tests/conformance/idl"],
        outs = [
            file
            for package, (idl, services) in _PACKAGES.items()
            for file in _message_files(package, idl, old) + [file for service in services for file in _service_files(package, service)]
        ],
        cmd = "{} $(execpath {}) {} $(RULEDIR)".format(
            " ".join(["{0}=$(execpath {1}_{2})".format(variable, name, variable.lower()) for variable in tools]),
            script,
            name,
        ),
        message = "Generating the code of Kitex",
        tools = [script] + ["{}_{}".format(name, variable.lower()) for variable in tools],
    )

    # For the go command.
    native.filegroup(
        name = "sources",
        srcs = [
            "go.mod",
            name,
        ],
        visibility = ["//tests/conformance/service:__pkg__"],
    )

def generated_packages(dependency_set, old = False):
    """Declares a go_library for each package of the generated code.

    Args:
      dependency_set: name of the dependency set with the version of Kitex.
      old: whether the code is of a version before v0.13.
    """
    codecs = ["@{}_com_github_{}".format(dependency_set, codec) for codec in (_OLD_CODECS if old else _CODECS)]
    if old:
        codecs += ["@{}_org_golang_google_protobuf//{}".format(dependency_set, package) for package in [
            "proto",
            "reflect/protoreflect",
            "runtime/protoimpl",
        ]]
    for package, (idl, services) in _PACKAGES.items():
        go_library(
            name = package,
            srcs = _message_files(package, idl, old),
            importpath = _IMPORT_PREFIX + package,
            visibility = ["//tests/conformance:__subpackages__"],
            deps = [
                "@{}_com_github_cloudwego_gopkg//protocol/thrift".format(dependency_set),
                "@{}_com_github_cloudwego_kitex//pkg/streaming".format(dependency_set),
            ] + codecs,
        )
        for service in services:
            go_library(
                name = "{}/{}".format(package, service),
                srcs = _service_files(package, service),
                importpath = "{}{}/{}".format(_IMPORT_PREFIX, package, service),
                visibility = ["//tests/conformance:__subpackages__"],
                deps = [
                    package,
                    "@{}_com_github_cloudwego_kitex//client".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//client/callopt".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//client/callopt/streamcall".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//pkg/serviceinfo".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//pkg/streaming".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//server".format(dependency_set),
                    "@{}_com_github_cloudwego_kitex//transport".format(dependency_set),
                ] + codecs,
            )
