package main

import (
	"example.com/errors"
	"example.com/none"
	"example.com/shop/rpc"
)

func main() { errors.Check(none.Of(rpc.Server().Run())) }
