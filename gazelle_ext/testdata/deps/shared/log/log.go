package log

import "github.com/cloudwego/kitex/pkg/klog"
