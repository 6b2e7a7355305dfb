package main

import "example.com/shop/kitex_gen/stock/stockservice"

func main() { stockservice.MustNewClient("stock") }
