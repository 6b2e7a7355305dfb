// Package flags defines a flag, as many packages do for themselves.
package flags

import (
	"flag"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var color = flag.String("color", "none", "a `color`")

// Run shows the flags after parsing.
func Run() {
	show.Line("color", *color)
	show.Line("arguments", flag.Args())
	flag.Visit(func(f *flag.Flag) { show.Line("was set", f.Name, f.Value) })
	show.Must(flag.Set("color", os.Getenv("SERVICE")+"ish"))
	show.Line("color is now", *color)
	show.Line("errors", flag.CommandLine.ErrorHandling(), flag.Lookup("missing"))
}
