// Command callee serves ContractService at CONTRACT_ADDR.
package main

import (
	"fmt"
	"net"
	"os"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract/contractservice"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "callee:", err)
		os.Exit(1)
	}
}

func run() error {
	addr, err := net.ResolveTCPAddr("tcp", os.Getenv("CONTRACT_ADDR"))
	if err != nil {
		return err
	}
	return contractservice.NewServer(&handler{},
		server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "contract.callee"}),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
		server.WithMiddleware(obey),
		server.WithServiceAddr(addr),
	).Run()
}
