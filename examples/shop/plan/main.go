// Plan runs mergectl plan with the shop's recorded traffic. Further arguments are for
// mergectl.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	mergectl := flag.String("mergectl", "", "path of mergectl's `binary`")
	settings := flag.String("settings", "", "path of merge_plan.yaml")
	flag.Parse()
	err := run(*mergectl, *settings, flag.Args())
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		os.Exit(ended.ExitCode()) // mergectl has said why
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

func run(mergectl, settings string, args []string) error {
	// mergectl takes paths from where the user is, and these are from here.
	for _, path := range []*string{&mergectl, &settings} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	cmd := exec.Command(mergectl, append([]string{"plan", "--settings=" + settings}, args...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}
