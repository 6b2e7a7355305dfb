// Record writes what systems of observation would export of one minute of the shop,
// each in its format, all from one list of spans. No such system ran: the requests
// and the calls that they make are those of the services' handlers.
//
//	cd examples/shop/traffic && go run ./record
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("out", ".", "folder to write to")
	flag.Parse()
	for name, data := range Files() {
		if err := os.WriteFile(filepath.Join(*dir, name), data, 0o666); err != nil {
			fmt.Fprintln(os.Stderr, "record:", err)
			os.Exit(1)
		}
	}
}
