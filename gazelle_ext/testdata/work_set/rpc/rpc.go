package rpc

import (
	"example.com/shop/rpc/kitex_gen/stock/stockservice"
	"github.com/cloudwego/kitex/server"
)

func Server(options ...server.Option) server.Server { return stockservice.NewServer(nil, options...) }
