// Command buildinfo prints what its binary says it was built from. There are
// two of it, with one module in two versions.
package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/google/uuid"
)

// What packages read while they are initialized is there, too.
var info, ok = debug.ReadBuildInfo()

func main() {
	uuid.SetNodeID(nil)
	modules := []string{info.Main.Path + "@" + info.Main.Version}
	for _, d := range info.Deps {
		modules = append(modules, d.Path+"@"+d.Version)
	}
	fmt.Println(ok, info.GoVersion, info.Path, strings.Join(modules, " "))
}
