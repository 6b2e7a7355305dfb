package main

import "example.com/idl/kitex_gen/stock/stockservice"

func main() { stockservice.NewServer(nil).Run() }
