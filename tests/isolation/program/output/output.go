// Package output changes the standard files.
package output

import (
	"bufio"
	"fmt"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

// Run prints to and scans from files in place of the standard ones.
func Run() {
	stdout := os.Stdout
	r, w, err := os.Pipe()
	show.Must(err)
	os.Stdin, os.Stdout = r, w
	fmt.Println(os.Getenv("SERVICE"), 42)
	fmt.Print("next\n")
	fmt.Printf("%d %s\n", 7, "last")
	os.Stdout = stdout

	var service string
	var n int
	show.MustGet(fmt.Scan(&service, &n))
	show.Line("scanned", service, n)
	lines := bufio.NewScanner(os.Stdin)
	for range 2 {
		lines.Scan()
		show.Line("read", lines.Text())
	}
}
