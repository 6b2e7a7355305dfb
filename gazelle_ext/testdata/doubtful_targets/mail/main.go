package main

import (
	"google.golang.org/grpc"

	"example.com/shop/genproto"
)

func main() {
	s := grpc.NewServer()
	genproto.RegisterMailServer(s, nil)
}
