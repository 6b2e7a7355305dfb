"""Tests that merged services behave as each does in a process of its own.

```starlark
load("//isolation:isolation.bzl", "isolation_test")

isolation_test(
    name = "flags",
    args = {
        "blue": ["-size=1"],
        "red": ["-size=2"],
    },
)
```
"""

load("@io_bazel_rules_go//go:def.bzl", "go_binary", "go_library", "go_test")
load("//merge:defs.bzl", "go_merge_service", "go_merged_binary")

_SERVICES = ["blue", "red"]

def isolation_test(name, args = {}, deps = [], env = {}, pure = "auto", race = "auto", tags = [], **kwargs):
    """Merges a program with itself and compares what it prints.

    The program is the package `name`/main.go. It runs once per service in a
    process of its own, and merged; both ways it has to print the same lines.

    Args:
        name: string, the test's name and its program's folder.
        args: dict of service to arguments.
        deps: the program's dependencies.
        env: dict of service to environment variables. SERVICE holds the
            service's name.
        pure: as in go_merged_binary.
        race: as in go_merged_binary.
        tags: tags of the test.
        **kwargs: further attributes of the services.
    """
    go_library(
        name = name + "_lib",
        srcs = native.glob([name + "/*.go"]),
        importpath = "github.com/gomerge/rules_go_merge/isolation/" + name,
        visibility = ["//visibility:private"],
        deps = deps,
    )
    go_binary(
        name = name + "_alone",
        embed = [":{}_lib".format(name)],
        visibility = ["//visibility:private"],
    )
    services = []
    for service in _SERVICES:
        go_merge_service(
            name = "{}_{}_service".format(name, service),
            args = args.get(service, []),
            binary = ":{}_alone".format(name),
            env = {"SERVICE": service} | env.get(service, {}),
            visibility = ["//visibility:private"],
            **kwargs
        )
        services.append(":{}_{}_service".format(name, service))
    go_merged_binary(
        name = name + "_merged",
        pure = pure,
        race = race,
        services = services,
        visibility = ["//visibility:private"],
    )
    go_test(
        name = name + "_test",
        size = "small",
        srcs = ["same_test.go"],
        data = [
            ":{}_alone".format(name),
            ":{}_merged".format(name),
        ],
        env = {
            "ALONE": "$(rlocationpath :{}_alone)".format(name),
            "MERGED": "$(rlocationpath :{}_merged)".format(name),
            "SERVICES": json.encode([
                {
                    "args": args.get(service, []),
                    "env": ["SERVICE=" + service] + ["{}={}".format(*v) for v in env.get(service, {}).items()],
                }
                for service in _SERVICES
            ]),
        },
        tags = tags,
    )
