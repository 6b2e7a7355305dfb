package profiles

// rpcFunctions are in the names of functions that services run for RPCs: codecs,
// network and frameworks. A handler runs below the framework's server, so the latter
// counts only by the packages that return before and after it.
var rpcFunctions = []string{
	"cloudwego/kitex/pkg/remote",
	"cloudwego/kitex/pkg/protocol/",
	"cloudwego/kitex/pkg/rpcinfo",
	"cloudwego/kitex/pkg/transmeta",
	"cloudwego/gopkg/protocol/",
	"cloudwego/gopkg/bufiox",
	"cloudwego/netpoll",
	"/kitex_gen/",
	"google.golang.org/grpc/internal/transport",
	"google.golang.org/grpc/encoding",
	"google.golang.org/protobuf/",
	"golang.org/x/net/http2",
	"internal/runtime/syscall",
	"internal/poll.",
	"syscall.Syscall",
}
