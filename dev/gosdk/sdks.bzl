"""The Go SDKs that tests run with, as data.

```starlark
load("//dev/gosdk:sdks.bzl", "GO_SDKS", "GO_SDK_ENV")

go_test(
    data = GO_SDKS,
    env = GO_SDK_ENV,
    deps = ["//dev/gosdk"],
)
```
"""

load("//dev/nightly:tags.bzl", "NIGHTLY")

# The oldest first.
GO_SDKS = [
    "@go_1_25//:VERSION",
    "@go_1_26//:VERSION",
    "@go_1_27//:VERSION",
]

def sdk_tags(sdk):
    """Returns the tags of a test that runs with one SDK.

    Args:
      sdk: one of GO_SDKS.
    Returns:
      Its tags, none if it is the oldest or the newest.
    """
    return NIGHTLY if sdk in GO_SDKS[1:-1] else []

# What Go package gosdk reads.
GO_SDK_ENV = {"GO_MERGE_TEST_SDKS": ":".join(["$(rlocationpath {})".format(sdk) for sdk in GO_SDKS])}
