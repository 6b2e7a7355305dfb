package main

import "github.com/cloudwego/kitex/client"
