package plain

import (
	"github.com/cloudwego/kitex/client"
	"example.com/shop/shared/log"
)
