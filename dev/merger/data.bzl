"""What a test with Go package merger needs in addition to an SDK.

```starlark
load("//dev/merger:data.bzl", "MERGER_DATA", "MERGER_ENV")

go_test(
    data = MERGER_DATA + ["@go_1_26//:VERSION"],
    env = MERGER_ENV | {"GO_MERGE_TEST_SDKS": "$(rlocationpath @go_1_26//:VERSION)"},
    # It runs the go command, which keeps what it compiles in the user's cache.
    tags = ["no-sandbox"],
    deps = ["//dev/merger"],
)
```
"""

_DESCRIBER = "//merge/adapter/{}/describer"
_FRAMEWORKS = [
    "grpc",
    "kitex",
]
_MERGEGEN = "//tools/mergegen:mergegen_bin"

MERGER_DATA = [
    "//dev/merger:sources",
    _MERGEGEN,
] + [_DESCRIBER.format(framework) for framework in _FRAMEWORKS]

MERGER_ENV = {
    "MERGEGEN": "$(rlocationpath {})".format(_MERGEGEN),
} | {
    "DESCRIBER_" + framework.upper(): "$(rlocationpath {})".format(_DESCRIBER.format(framework))
    for framework in _FRAMEWORKS
}
