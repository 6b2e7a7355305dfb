// Command beta reports what its own copies of packages hold.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/gomerge/rules_go_merge/tests/content/probe"
)

var version = "dev"

func init() { probe.Register("beta") }

func main() {
	path, err := runfiles.Rlocation("_main/tests/content/beta/data.txt")
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Print(probe.Report("beta"), "beta version: ", version, "\nbeta data: ", strings.TrimSpace(string(data)), "\n")
}
