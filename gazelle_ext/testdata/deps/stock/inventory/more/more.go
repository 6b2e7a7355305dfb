package more

import "github.com/missing/module/x"
