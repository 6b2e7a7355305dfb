package lib

import "example.com/lib/kitex_gen/stock/stockservice"

func Run() { stockservice.NewServer(nil).Run() }
