package app

import "example.com/shop/kitex_gen/stock/stockservice"

func Run() { stockservice.NewServer(nil).Run() }
