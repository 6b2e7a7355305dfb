package main

import "example.com/shop/kitex_gen/stock/stockservice"

func main() { stockservice.NewServer(nil).Run() }
