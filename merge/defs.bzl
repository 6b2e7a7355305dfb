"""Rules that merge Go services into one binary.

```starlark
load("@rules_go_merge//merge:defs.bzl", "go_merge_service", "go_merged_binary")

go_merge_service(
    name = "stock_service",
    binary = "//stock",  # an unchanged go_binary
)

go_merge_service(
    name = "item_service",
    binary = "//item",
)

go_merged_binary(
    name = "shop",
    services = [
        ":item_service",
        ":stock_service",
    ],
)
```

`bazel run :shop` starts both services in one process; calls that item makes to
stock are function calls.
"""

load("//merge/private:binary.bzl", _go_merged_binary = "go_merged_binary")
load("//merge/private:merged_test.bzl", _go_merged_test = "go_merged_test")
load("//merge/private:providers.bzl", _MergeServiceInfo = "MergeServiceInfo", _MergeSharedInfo = "MergeSharedInfo", _MergedBinaryInfo = "MergedBinaryInfo")
load("//merge/private:service.bzl", _go_merge_service = "go_merge_service")
load("//merge/private:shared.bzl", _go_merge_shared = "go_merge_shared")

go_merge_service = _go_merge_service
go_merge_shared = _go_merge_shared
go_merged_binary = _go_merged_binary
go_merged_test = _go_merged_test
MergeServiceInfo = _MergeServiceInfo
MergeSharedInfo = _MergeSharedInfo
MergedBinaryInfo = _MergedBinaryInfo
