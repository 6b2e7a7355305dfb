package gen

import "github.com/cloudwego/kitex/tool"
