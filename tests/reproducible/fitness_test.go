package reproducible

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// command is what a machine that knows nothing but the command gets to see.
type command struct {
	mnemonic string
	args     []string // those in params files, too
	env      map[string]string
	requires map[string]string
	inputs   map[string]origin
	outputs  []string
}

// origin is where an input comes from.
type origin int

const (
	source       origin = iota
	builtTool           // built for the machine that runs commands
	builtProgram        // built for the machine that the merged binary is for
)

var (
	// An absolute path begins where no path can go on, or follows a flag of
	// one letter. Labels, which begin with two slashes, are none.
	absolute = regexp.MustCompile(`(?:^|[^A-Za-z0-9_./~+@%*)-])/[^/]|^-[A-Za-z]/`)
	// Files of the workspace's own folder have no such mark.
	named = regexp.MustCompile(`\b(?:bazel-out|external)/[^\s=,:;'"]+`)
)

// Requirements that tie a command to the machine, or keep its result there.
var tying = []string{
	"local", "no-cache", "no-remote", "no-remote-cache", "no-remote-cache-upload", "no-remote-exec", "no-sandbox", "requires-network",
}

// What the C toolchain of a configuration says. It is the user's: Bazel's
// default is the compiler that it finds on the machine.
var (
	cToolchainFlags = []string{"-extar", "-extld", "-extldflags", "-ldflags"}
	cToolchainEnv   = []string{"CC", "CGO_CFLAGS", "CGO_LDFLAGS"}
)

// The compiler looks for embedded files here, below each of its -embedroots.
const relativeFlag = "-embedlookupdir"

// The PATH of --incompatible_strict_action_env and that which rules_go sets.
var strictPaths = []string{"/bin:/usr/bin:/usr/local/bin", "/usr/bin:/bin"}

// unfit lists what keeps a command from running on another machine, which has
// the C compiler of this one if it says so.
func unfit(c command, sameC bool) []string {
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	known := slices.Clone(c.outputs)
	for path := range c.inputs {
		known = append(known, path)
		if strings.HasPrefix(path, "/") || slices.Contains(strings.Split(path, "/"), "..") {
			report("input %s is outside of the execution root", path)
		}
	}
	slices.Sort(known)
	flag := ""
	for _, arg := range c.args {
		before := flag
		flag = arg
		if absolute.MatchString(arg) && !(sameC && slices.Contains(cToolchainFlags, before)) {
			report("argument %q has an absolute path", arg)
		}
		if before == relativeFlag {
			continue
		}
		for _, path := range named.FindAllString(arg, -1) {
			if !declared(known, strings.TrimSuffix(path, "/")) {
				report("argument %q names %s, which is neither input nor output", arg, path)
			}
		}
	}
	if len(c.args) > 0 {
		switch from, ok := c.inputs[c.args[0]]; {
		case !ok:
			report("it runs %s, which is not an input", c.args[0])
		case from == builtProgram:
			report("it runs %s, which is not built for the machine that runs it", c.args[0])
		}
	}
	for key, value := range c.env {
		switch {
		case sameC && slices.Contains(cToolchainEnv, key):
		case key == "PATH" && slices.Contains(strictPaths, value):
		case absolute.MatchString(value):
			report("variable %s=%s has an absolute path", key, value)
		}
	}
	for key := range c.requires {
		if slices.Contains(tying, key) {
			report("it has the execution requirement %s", key)
		}
	}
	slices.Sort(problems)
	return problems
}

// declared reports whether a path is one of the sorted files, a folder that holds
// one, or within a folder that is one itself.
func declared(files []string, path string) bool {
	i, found := slices.BinarySearch(files, path)
	if found || i < len(files) && strings.HasPrefix(files[i], path+"/") {
		return true
	}
	// A file such as a-b sorts between a and a/b.
	i, _ = slices.BinarySearch(files, path+"/")
	if i < len(files) && strings.HasPrefix(files[i], path+"/") {
		return true
	}
	for {
		slash := strings.LastIndexByte(path, '/')
		if slash < 0 {
			return false
		}
		path = path[:slash]
		if _, found := slices.BinarySearch(files, path); found {
			return true
		}
	}
}

// commands resolves the actions that have a command line.
func commands(graph *bazeltest.ActionGraph, actions []*bazeltest.Action) []command {
	paths, producers := graph.Paths(), graph.Producers()
	sets := graph.Sets()
	isTool := map[int]bool{}
	for _, c := range graph.Configuration {
		isTool[c.ID] = c.IsTool
	}
	var all []command
	for _, a := range actions {
		if len(a.Arguments) == 0 {
			continue // Bazel writes or links a file itself
		}
		c := command{mnemonic: a.Mnemonic, args: a.AllArguments(), env: keyed(a.EnvironmentVariables), requires: keyed(a.ExecutionInfo), inputs: map[string]origin{}}
		for _, id := range a.OutputIDs {
			c.outputs = append(c.outputs, paths[id])
		}
		for _, id := range sets.Files(a.InputDepSetIDs, map[int]bool{}) {
			from := source
			if p := producers[id]; p != nil && isTool[p.ConfigurationID] {
				from = builtTool
			} else if p != nil {
				from = builtProgram
			}
			c.inputs[paths[id]] = from
		}
		all = append(all, c)
	}
	return all
}

func keyed(list []bazeltest.KeyValue) map[string]string {
	m := map[string]string{}
	for _, e := range list {
		m[e.Key] = e.Value
	}
	return m
}
