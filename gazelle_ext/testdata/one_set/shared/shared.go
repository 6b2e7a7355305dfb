package shared

import "github.com/cloudwego/kitex/server"

func Run() { server.NewServer().Run() }
