module example.com/shop

go 1.24

require (
	example.com/shared v0.0.0
	github.com/cloudwego/kitex v0.16.2
)

replace example.com/shared => ./shared
