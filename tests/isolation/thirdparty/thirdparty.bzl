"""Two programs with modules that have state for the whole process, merged."""

load("@io_bazel_rules_go//go:def.bzl", "go_binary", "go_library", "go_test")
load("//merge:defs.bzl", "go_merge_service", "go_merged_binary")

_PATH = "github.com/gomerge/rules_go_merge/tests/isolation/thirdparty"

def thirdparty_tests(versions, classes):
    """Declares programs, the merged binary of both, and a test per class.

    Args:
        versions: dict of service to its version of the orders.
        classes: list of string, what the programs can be told to do.
    """
    for service, version in versions.items():
        go_library(
            name = "order_" + version,
            srcs = ["order/{}/order.pb.go".format(version)],
            importpath = "{}/order/{}".format(_PATH, version),
            deps = [
                "@thirdparty_org_golang_google_protobuf//reflect/protoreflect",
                "@thirdparty_org_golang_google_protobuf//runtime/protoimpl",
            ],
        )
        go_library(
            name = service + "_lib",
            srcs = [service + "/main.go"],
            importpath = "{}/{}".format(_PATH, service),
            deps = [
                ":order_" + version,
                "//tests/isolation/thirdparty/program",
            ],
        )
        go_binary(
            name = service,
            embed = [service + "_lib"],
        )
        go_merge_service(
            name = service + "_service",
            binary = service,
        )
    go_merged_binary(
        name = "merged",
        services = [service + "_service" for service in versions],
    )
    for c in classes:
        go_test(
            name = c + "_test",
            size = "small",
            srcs = ["thirdparty_test.go"],
            data = [":merged"] + versions.keys(),
            env = {
                "CLASS": c,
                "MERGED": "$(rlocationpath :merged)",
            } | {
                "ALONE_" + service: "$(rlocationpath {})".format(service)
                for service in versions
            },
        )
