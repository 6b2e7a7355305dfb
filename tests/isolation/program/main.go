// Command program uses what a process has once. Each of its packages does so
// in one way, some of them while it is initialized; CLASS in the environment
// says which one goes on when it runs.
package main

import (
	"flag"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/clock"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/database"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/env"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/exit"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/flags"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/formats"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/knobs"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/logs"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/output"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/profiles"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/resolver"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/rpc"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/web"
	"github.com/gomerge/rules_go_merge/tests/isolation/program/wire"
)

func main() {
	flag.Parse()
	classes := map[string]func(){
		"clock":    clock.Run,
		"database": database.Run,
		"env":      env.Run,
		"exit":     exit.Run,
		"flags":    flags.Run,
		"formats":  formats.Run,
		"knobs":    knobs.Run,
		"logs":     logs.Run,
		"output":   output.Run,
		"profiles": profiles.Run,
		"resolver": resolver.Run,
		"rpc":      rpc.Run,
		"web":      web.Run,
		"wire":     func() { wire.Run(shape{Sides: 4}) },
	}
	classes[os.Getenv("CLASS")]()
}

// shape is a type of package main that goes on the wire.
type shape struct{ Sides int }
