package main

import (
	"google.golang.org/grpc/health"

	"example.com/shop/proto/stock"
)

func main() { stockpb.RegisterStockServer(server(), health.NewServer()) }
