"""Rules for authors of adapters, which make calls of an RPC framework inline.

```starlark
load("@rules_go_merge//merge:adapter.bzl", "go_merge_adapter", "go_merge_adapters", "go_merge_hook")

go_merge_hook(
    name = "client",
    srcs = ["client.go"],
    effect = "its calls stay RPCs",
    importpath = "acme.example/rpc/client",
    module = "Acme RPC",
    newest_version = "v2.3.0",
    oldest_version = "v2.0.0",
    rename = {"Dial": "dial0"},
    role = "client",
)

go_merge_adapter(
    name = "acme",
    format = "acme-json",
    hooks = [":client", ":server"],
)

go_merge_adapters(
    name = "adapters",
    adapters = [
        ":acme",
        "@rules_go_merge//merge/adapter/grpc",
        "@rules_go_merge//merge/adapter/kitex",
    ],
)
```

In `.bazelrc`: `build --@rules_go_merge//merge:adapters=//tools:adapters`.
"""

load(
    "//merge/private:adapter.bzl",
    _go_merge_adapter = "go_merge_adapter",
    _go_merge_adapters = "go_merge_adapters",
    _go_merge_hook = "go_merge_hook",
    _go_merge_hook_alternative = "go_merge_hook_alternative",
)
load(
    "//merge/private:providers.bzl",
    _MergeAdapterInfo = "MergeAdapterInfo",
    _MergeAdaptersInfo = "MergeAdaptersInfo",
    _MergeHookAlternativeInfo = "MergeHookAlternativeInfo",
    _MergeHookInfo = "MergeHookInfo",
)

go_merge_adapter = _go_merge_adapter
go_merge_adapters = _go_merge_adapters
go_merge_hook = _go_merge_hook
go_merge_hook_alternative = _go_merge_hook_alternative
MergeAdapterInfo = _MergeAdapterInfo
MergeAdaptersInfo = _MergeAdaptersInfo
MergeHookAlternativeInfo = _MergeHookAlternativeInfo
MergeHookInfo = _MergeHookInfo
