package main

import "github.com/cloudwego/kitex/server"

func main() { server.NewServer().Run() }
