package main

import (
	"os"

	"google.golang.org/grpc"

	"example.com/shop/dialer"
	"example.com/shop/genproto"
)

type server struct{ registry string }

func main() {
	s := &server{registry: os.Getenv("REGISTRY")}
	s.connect("stock")
	genproto.RegisterItemServer(grpc.NewServer(), s)
}

func (s *server) connect(name string) {
	conn, err := dialer.Dial(s.registry, name)
	if err != nil {
		panic(err)
	}
	genproto.NewStockClient(conn)
}
