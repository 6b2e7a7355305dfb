"""Import paths of the packages of Kitex that the adapter knows."""

KITEX = "github.com/cloudwego/kitex"

# The package with the transport of gRPC.
NPHTTP2 = KITEX + "/pkg/remote/trans/nphttp2"

# The package with what is known of a call.
RPCINFO = KITEX + "/pkg/rpcinfo"

# The package that carries values of contexts, in another module.
METAINFO = "github.com/bytedance/gopkg/cloud/metainfo"

# A generated service package imports all of these.
SERVICE_MARKERS = [
    KITEX + "/client",
    KITEX + "/server",
    KITEX + "/pkg/serviceinfo",
]

# What the added files import, in the packages client and server and in that of HTTP/2.
CLIENT_IMPORTS = [
    METAINFO,
    KITEX + "/internal/client",
    KITEX + "/pkg/acl",
    KITEX + "/pkg/consts",
    KITEX + "/pkg/discovery",
    KITEX + "/pkg/endpoint",
    KITEX + "/pkg/kerrors",
    KITEX + "/pkg/klog",
    KITEX + "/pkg/profiler",
    KITEX + "/pkg/remote",
    KITEX + "/pkg/remote/codec",
    KITEX + "/pkg/remote/codec/perrors",
    KITEX + "/pkg/remote/codec/protobuf",
    KITEX + "/pkg/remote/trans",
    KITEX + "/pkg/remote/trans/netpoll",
    NPHTTP2 + "/codes",
    NPHTTP2 + "/status",
    KITEX + "/pkg/retry",
    RPCINFO,
    KITEX + "/pkg/rpcinfo/remoteinfo",
    KITEX + "/pkg/serviceinfo",
    KITEX + "/pkg/stats",
    KITEX + "/pkg/streaming",
    KITEX + "/pkg/transmeta",
    KITEX + "/pkg/utils",
    KITEX + "/transport",
    "github.com/cloudwego/netpoll",
]

SERVER_IMPORTS = [
    METAINFO,
    KITEX + "/internal/server",
    KITEX + "/pkg/consts",
    KITEX + "/pkg/endpoint",
    KITEX + "/pkg/kerrors",
    KITEX + "/pkg/klog",
    KITEX + "/pkg/registry",
    KITEX + "/pkg/remote",
    KITEX + "/pkg/remote/codec",
    KITEX + "/pkg/remote/trans",
    KITEX + "/pkg/remote/trans/detection",
    KITEX + "/pkg/remote/trans/netpoll",
    NPHTTP2,
    KITEX + "/pkg/remote/transmeta",
    RPCINFO,
    KITEX + "/pkg/serviceinfo",
    KITEX + "/pkg/stats",
    KITEX + "/pkg/transmeta",
    KITEX + "/pkg/utils",
    KITEX + "/transport",
]

HTTP2_IMPORTS = [
    NPHTTP2 + "/codes",
    NPHTTP2 + "/grpc/grpcframe",
    NPHTTP2 + "/metadata",
    NPHTTP2 + "/status",
    "golang.org/x/net/http/httpguts",
    "golang.org/x/net/http2",
    "golang.org/x/net/http2/hpack",
]
