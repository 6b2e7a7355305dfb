package main

import (
	"slices"
	"strings"
)

// service is one of the shop's, with the settings of its go_merge_service
// target. A separate process has to be given the same.
type service struct {
	name      string
	args, env []string
	// added are arguments that it gets at the start, wherever it runs.
	added []string
}

// services are all of the shop, callees first.
var services = []service{
	{name: "stock", env: []string{"LOG_LEVEL=error"}},
	{name: "item", args: []string{"-log-level=warn"}},
	{name: "api", added: []string{"-log-level=debug"}},
}

// command is how to start a program.
type command struct {
	program   string
	args, env []string
}

// commands returns how to start the shop. debug has the address of each
// service's debug pages.
func commands(bins binaries, merged bool, debug map[string]string) []command {
	alone := map[string]string{"api": bins.api, "item": bins.item, "stock": bins.stock}
	var separate []command
	all := command{program: bins.merged}
	for _, s := range services {
		separate = append(separate, command{
			program: alone[s.name],
			args:    slices.Concat(s.args, s.added),
			env:     append(slices.Clone(s.env), "DEBUG_ADDR="+debug[s.name]),
		})
		for _, arg := range s.added {
			all.args = append(all.args, s.name+":"+arg)
		}
		all.env = append(all.env, strings.ToUpper(s.name)+"__DEBUG_ADDR="+debug[s.name])
	}
	if merged {
		return []command{all}
	}
	return separate
}
