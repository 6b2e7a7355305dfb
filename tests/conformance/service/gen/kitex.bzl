"""The packages that one version of Kitex generates for the IDL of the cases."""

load("@io_bazel_rules_go//go:def.bzl", "go_library")

_IMPORT_PREFIX = "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/"

# Packages with types, each with the RPC services that are declared there.
_PACKAGES = {
    "contract": ["contractservice"],
    "probe": [
        "backservice",
        "lateservice",
        "probeservice",
    ],
    "protos": ["protoservice"],
    "protoskew/callee": ["skewprotoservice"],
    "protoskew/caller": ["skewprotoservice"],
    "skew/callee": ["skewservice"],
    "skew/caller": ["skewservice"],
    "streams": ["streamservice"],
}

# What the code imports besides Kitex, as from v0.13 on and before.
_CODECS = ["cloudwego_prutal//:prutal"]
_OLD_CODECS = [
    "cloudwego_kitex//client/streamclient",
    "cloudwego_kitex//pkg/protocol/bthrift/apache",
]

def generated_packages(dependency_set, old = False):
    """Declares a go_library for each generated package under kitex_gen.

    Args:
      dependency_set: name of the dependency set with the version of Kitex.
      old: whether the version is before v0.13.
    """
    codecs = ["@{}_com_github_{}".format(dependency_set, codec) for codec in (_OLD_CODECS if old else _CODECS)]
    if old:
        codecs += ["@{}_org_golang_google_protobuf//{}".format(dependency_set, package) for package in [
            "proto",
            "reflect/protoreflect",
            "runtime/protoimpl",
        ]]
    for package, services in _PACKAGES.items():
        go_library(
            name = package,
            srcs = native.glob(["kitex_gen/{}/*.go".format(package)]),
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
                srcs = native.glob(["kitex_gen/{}/{}/*.go".format(package, service)]),
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
