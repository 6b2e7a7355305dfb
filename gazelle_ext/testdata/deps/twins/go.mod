module example.com/shop/twins

go 1.24

require (
	github.com/cloudwego/kitex v0.16.1
)
