package main

import "example.com/shop/kitex_gen/stock/stockservice"

var _ = stockservice.NewServer(nil)
