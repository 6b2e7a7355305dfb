package main

import (
	"context"
	"example.com/shop/shared"
	"example.com/shop/shared/log"
	"example.com/stock/inventory"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex"
	"gopkg.in/yaml.v3"
	"k8s.io/api/v2"
	"k8s.io/api/v2/core"
)

func main() { server.NewServer() }
