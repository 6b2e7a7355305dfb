package own

import "github.com/cloudwego/kitex/client"
