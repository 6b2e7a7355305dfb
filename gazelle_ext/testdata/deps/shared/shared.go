package shared

import "example.com/shop/shared/log"
