// Run runs a program on files of the build: those among its arguments, which Bazel
// names below the folder that it starts programs in, are passed on with full paths.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "run: name a program and its arguments")
		os.Exit(2)
	}
	args := make([]string, 0, len(os.Args)-1)
	for _, arg := range os.Args[1:] {
		args = append(args, absolute(arg))
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

// absolute returns an argument with the full path of the file that it names, as it
// is or as the value of a flag.
func absolute(arg string) string {
	flag, name := "", arg
	if i := strings.IndexByte(arg, '='); strings.HasPrefix(arg, "-") && i >= 0 {
		flag, name = arg[:i+1], arg[i+1:]
	}
	if _, err := os.Stat(name); err != nil {
		return arg
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return arg
	}
	return flag + path
}
