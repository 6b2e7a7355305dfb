// Command second is the program with version 2 of the orders.
package main

import (
	order "github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/order/v2"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program"
)

func main() { program.Main(&order.Order{Id: "7", Amount: 3}) }
