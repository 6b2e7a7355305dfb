module example.com/stock

go 1.24

require (
	example.com/shop/shared v0.0.0
	github.com/cloudwego/kitex v0.13.1
	gopkg.in/yaml.v3 v3.0.1
	k8s.io/api/v2 v2.0.0 // indirect
)

replace example.com/shop/shared => ../shared
