package wrong

import "github.com/cloudwego/kitex/client"
