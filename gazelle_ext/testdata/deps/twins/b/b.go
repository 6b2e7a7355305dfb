package b

import "github.com/cloudwego/kitex/client"
