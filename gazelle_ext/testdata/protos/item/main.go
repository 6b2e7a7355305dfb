package main

import (
	"google.golang.org/grpc"

	"example.com/shop/proto/stock"
)

func main() {
	conn, _ := grpc.NewClient("stock:50051")
	stockpb.NewStockClient(conn)
}
