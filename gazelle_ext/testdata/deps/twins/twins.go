package twins

import "github.com/cloudwego/kitex/client"
