// The older of the two Kitex tools that difftest generates code with.
module kitex_v0.13.1

go 1.25.0

require github.com/cloudwego/kitex v0.13.1

require (
	github.com/bytedance/gopkg v0.1.2 // indirect
	github.com/cloudwego/fastpb v0.0.5 // indirect
	github.com/cloudwego/prutal v0.1.0 // indirect
	github.com/cloudwego/thriftgo v0.4.1 // indirect
	github.com/dlclark/regexp2 v1.11.0 // indirect
	golang.org/x/text v0.14.0 // indirect
	golang.org/x/tools v0.6.0 // indirect
	google.golang.org/protobuf v1.33.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

tool github.com/cloudwego/kitex/tool/cmd/kitex
