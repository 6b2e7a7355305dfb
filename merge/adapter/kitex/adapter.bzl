"""The Kitex adapter: Kitex's choke points and how its generated code is found.

```starlark
load("//merge/adapter/kitex:adapter.bzl", "KITEX")

hook = KITEX.hooks.get("github.com/cloudwego/kitex/client")
```
"""

_KITEX = "github.com/cloudwego/kitex"

# The versions that the adapter is tested with, and the constant that holds the
# version of a copy.
_KITEX_MODULE = struct(
    name = "Kitex",
    first = "v0.10.3",
    last = "v0.16.3",
    constant = struct(package = _KITEX, name = "Version"),
)

_NETPOLL_MODULE = struct(
    name = "netpoll",
    first = "v0.6.1",
    last = "v0.7.2",
    constant = None,
)

KITEX = struct(
    # By importpath, what is done to a package: the functions that are renamed,
    # the files added in their place, and what those import besides the standard
    # library. Of `one_of`, the first applies whose package imports another;
    # that, too, is imported. `effect` is what becomes of a service whose copy of
    # the package cannot be hooked.
    hooks = {
        "github.com/cloudwego/netpoll": struct(
            module = _NETPOLL_MODULE,
            role = "",
            effect = "when one of its servers stops and the process goes on, the descriptor of another service's socket may be closed",
            rename = {"(*listener).Close": "goMergeClose"},
            add = ["netpoll_listener.go.txt"],
            one_of = [],
            imports = [],
        ),
        _KITEX + "/client": struct(
            module = _KITEX_MODULE,
            role = "client",
            effect = "its calls stay RPCs",
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
            # Whose exceptions Kitex's own codec makes.
            one_of = [
                struct(
                    package = _KITEX + "/pkg/remote/codec/thrift",
                    imports = "github.com/cloudwego/gopkg/protocol/thrift",
                    add = "client_exceptions_gopkg.go.txt",
                ),
                struct(
                    package = _KITEX + "/pkg/remote/codec/thrift",
                    imports = "github.com/apache/thrift/lib/go/thrift",
                    add = "client_exceptions_apache.go.txt",
                ),
            ],
            imports = [
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
            module = _KITEX_MODULE,
            role = "server",
            effect = "calls of it stay RPCs",
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
            one_of = [],
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
    # A generated service package imports all of these, by importpath.
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
