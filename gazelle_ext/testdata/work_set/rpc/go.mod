module example.com/shop/rpc

go 1.24

require github.com/cloudwego/kitex v0.16.2
