package library

import "example.com/shop/kitex_gen/stock/stockservice"

var Server = stockservice.NewServer(nil)
