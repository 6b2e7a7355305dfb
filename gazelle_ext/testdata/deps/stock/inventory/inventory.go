package inventory

import (
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/missing/module/x"
)
