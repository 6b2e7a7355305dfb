package setup

import (
	"net"
	"os"

	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/bench/measure"
)

// CallerAddr returns where the caller serves, any free port by default.
func CallerAddr() string { return addr(measure.CallerAddrEnv) }

// CalleeAddr returns where the callee serves, any free port by default.
func CalleeAddr() string { return addr(measure.CalleeAddrEnv) }

func addr(env string) string {
	if v := os.Getenv(env); v != "" {
		return v
	}
	return "127.0.0.1:0"
}

// Listen returns the options of a server with a name and an address.
func Listen(name, addr string, full bool) ([]server.Option, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	return append(Server(name, full), server.WithServiceAddr(tcp)), nil
}
