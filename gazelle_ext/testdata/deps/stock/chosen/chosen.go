package chosen

import "github.com/cloudwego/kitex/client"
