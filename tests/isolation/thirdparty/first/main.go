// Command first is the program with version 1 of the orders.
package main

import (
	order "github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/order/v1"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program"
)

func main() { program.Main(&order.Order{Id: "7"}) }
