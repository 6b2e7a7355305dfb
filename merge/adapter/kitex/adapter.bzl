"""The Kitex adapter: Kitex's choke points and how its generated code is found.

```starlark
load("//merge/adapter/kitex:adapter.bzl", "KITEX")

hook = KITEX.hooks.get("github.com/cloudwego/kitex/client")
```
"""

_KITEX = "github.com/cloudwego/kitex"

KITEX = struct(
    name = "kitex",
    # Functions that are renamed in a package, the files added to it in their
    # place, and what those files import besides the standard library.
    hooks = {
        "github.com/cloudwego/netpoll": struct(
            rename = {"(*listener).Close": "goMergeClose"},
            add = ["netpoll_listener.go.txt"],
            imports = [],
        ),
        _KITEX + "/client": struct(
            rename = {"NewClient": "goMergeNewClient"},
            add = [
                "client.go.txt",
                "client_codec.go.txt",
                "client_conn.go.txt",
                "client_direct.go.txt",
                "client_lean.go.txt",
                "client_options.go.txt",
                "common.go.txt",
                "frame.go.txt",
            ],
            imports = [
                "github.com/cloudwego/gopkg/protocol/thrift",
                _KITEX + "/internal/client",
                _KITEX + "/pkg/acl",
                _KITEX + "/pkg/discovery",
                _KITEX + "/pkg/endpoint",
                _KITEX + "/pkg/kerrors",
                _KITEX + "/pkg/remote",
                _KITEX + "/pkg/remote/codec",
                _KITEX + "/pkg/remote/codec/perrors",
                _KITEX + "/pkg/remote/codec/protobuf",
                _KITEX + "/pkg/remote/trans",
                _KITEX + "/pkg/remote/trans/netpoll",
                _KITEX + "/pkg/rpcinfo",
                _KITEX + "/pkg/rpcinfo/remoteinfo",
                _KITEX + "/pkg/serviceinfo",
                _KITEX + "/pkg/stats",
                _KITEX + "/pkg/streaming",
                _KITEX + "/pkg/transmeta",
                _KITEX + "/pkg/utils",
                _KITEX + "/transport",
                "github.com/cloudwego/netpoll",
            ],
        ),
        _KITEX + "/server": struct(
            rename = {
                "(*server).RegisterService": "goMergeRegisterService",
                "(*server).Run": "goMergeRun",
            },
            add = [
                "common.go.txt",
                "frame.go.txt",
                "server.go.txt",
                "server_codec.go.txt",
                "server_conn.go.txt",
                "server_context.go.txt",
                "server_direct.go.txt",
                "server_idle.go.txt",
                "server_lean.go.txt",
                "server_meta.go.txt",
                "server_options.go.txt",
                "server_register.go.txt",
            ],
            imports = [
                "github.com/bytedance/gopkg/cloud/metainfo",
                _KITEX + "/internal/server",
                _KITEX + "/pkg/consts",
                _KITEX + "/pkg/endpoint",
                _KITEX + "/pkg/kerrors",
                _KITEX + "/pkg/klog",
                _KITEX + "/pkg/registry",
                _KITEX + "/pkg/remote",
                _KITEX + "/pkg/remote/codec",
                _KITEX + "/pkg/remote/trans",
                _KITEX + "/pkg/remote/trans/netpoll",
                _KITEX + "/pkg/remote/transmeta",
                _KITEX + "/pkg/rpcinfo",
                _KITEX + "/pkg/serviceinfo",
                _KITEX + "/pkg/stats",
                _KITEX + "/pkg/transmeta",
                _KITEX + "/pkg/utils",
                _KITEX + "/transport",
            ],
        ),
    },
    # A generated service package imports all of these.
    service_markers = [
        _KITEX + "/client",
        _KITEX + "/server",
        _KITEX + "/pkg/serviceinfo",
    ],
    # Packages under these prefixes are the framework's own, never generated.
    framework_prefixes = [
        "github.com/apache/thrift/",
        "github.com/bytedance/",
        "github.com/cloudwego/",
        "google.golang.org/",
    ],
    # Except for these, which hold messages that the services' own refer to.
    message_prefixes = ["google.golang.org/protobuf/types/known/"],
)
