package linkpattern_test

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

func ExampleParse() {
	for _, text := range []string{"item->stock", "*->*/*/GetStock", "item->Stock*"} {
		p, err := linkpattern.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(p, p.Covers("item", "stock", "StockService", "SetStock"))
	}
	// Output:
	// item->stock true
	// *->*/*/GetStock false
	// "item->Stock*": * stands for a whole name only, not within "Stock*"
}
