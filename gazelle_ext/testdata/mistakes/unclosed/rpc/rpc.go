package rpc

import "example.com/shop/kitex_gen/stock/stockservice"

func Serve() {
	stockservice.NewServer(nil).Run()
