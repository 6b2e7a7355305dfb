// Command address prints where its functions are.
package main

import (
	"fmt"
	"os"
	"reflect"

	"github.com/gomerge/rules_go_merge/tests/outputs/address/place"
)

func main() {
	fmt.Printf("%s main.here %#x\n", os.Args[1], reflect.ValueOf(here).Pointer())
	fmt.Printf("%s place.There %#x\n", os.Args[1], reflect.ValueOf(place.There).Pointer())
}

//go:noinline
func here() {}
