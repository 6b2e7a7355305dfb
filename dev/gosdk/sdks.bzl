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

# The oldest first.
GO_SDKS = [
    "@go_1_25//:VERSION",
    "@go_1_26//:VERSION",
    "@go_1_27//:VERSION",
]

# What Go package gosdk reads.
GO_SDK_ENV = {"GO_MERGE_TEST_SDKS": ":".join(["$(rlocationpath {})".format(sdk) for sdk in GO_SDKS])}
