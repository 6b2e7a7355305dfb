"""What a test with Go package merger needs besides an SDK.

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

_DESCRIBER = "//merge/adapter/kitex/describer"
_MERGEGEN = "//tools/mergegen:mergegen_bin"

MERGER_DATA = [
    "//dev/merger:sources",
    _DESCRIBER,
    _MERGEGEN,
]

MERGER_ENV = {
    "DESCRIBER": "$(rlocationpath {})".format(_DESCRIBER),
    "MERGEGEN": "$(rlocationpath {})".format(_MERGEGEN),
}
