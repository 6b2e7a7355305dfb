"""Tests that merged services behave as each does in a separate process."""

load("@io_bazel_rules_go//go:def.bzl", "go_test")

def isolation_test(name, services, classes, alone = ":alone", merged = ":merged", start = {}):
    """Compares what a merged program prints with what it prints alone.

    The program runs once per service in a separate process, and merged with
    itself; both ways it has to print the same lines.

    Args:
        name: string.
        services: dict of service to a dict of args and env, as in go_merge_service.
        classes: list of string, what the program is told to do, one after the
            other.
        alone: the program.
        merged: the go_merged_binary of the services.
        start: dict of service to a dict of args and env that are given when the
            merged binary starts.
    """
    none = {"args": [], "env": {}}
    go_test(
        name = name,
        size = "small",
        srcs = ["isolation_test.go"],
        data = [
            alone,
            merged,
        ],
        env = {
            "ALONE": "$(rlocationpath {})".format(alone),
            "CLASSES": ",".join(classes),
            "MERGED": "$(rlocationpath {})".format(merged),
            "SERVICES": json.encode({
                service: {
                    "args": s["args"],
                    "env": s["env"],
                    "start_args": start.get(service, none)["args"],
                    "start_env": start.get(service, none)["env"],
                }
                for service, s in services.items()
            }),
        },
    )
