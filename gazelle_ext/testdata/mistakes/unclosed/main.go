package main

import "example.com/shop/unclosed/rpc"

func main() { rpc.Serve() }
