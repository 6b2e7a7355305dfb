// Command env uses all of package os that has to do with the environment, from
// package initialization on.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

var (
	color   = os.Getenv("COLOR")
	firstly = os.Args[1:]
)

func main() {
	service := os.Getenv("SERVICE")
	show := func(what string, values ...any) {
		fmt.Println(append([]any{service, what}, values...)...)
	}
	show("initialized with", color, firstly)
	show("arguments", os.Args[1:])

	_, found := os.LookupEnv("SIZE")
	show("size is set", found)
	show("expanded", os.ExpandEnv("$SERVICE is ${COLOR}"))
	show("environ", own(os.Environ()))

	check(os.Setenv("SIZE", service+" size"))
	fromSyscall, _ := syscall.Getenv("SIZE")
	show("set", os.Getenv("SIZE"), fromSyscall)
	check(syscall.Setenv("SHAPE", service+" shape"))
	show("set by syscall", os.Getenv("SHAPE"), own(syscall.Environ()))
	show("bad names", os.Setenv("", "x"), os.Setenv("A=B", "x"))

	// Environment variables that functions of package os read.
	check(os.Setenv("HOME", "/home/"+service))
	check(os.Setenv("TMPDIR", "/tmp/"+service))
	home, err := os.UserHomeDir()
	show("home", home, err, os.TempDir())

	out, err := exec.Command("/bin/sh", "-c", "echo $COLOR $SIZE").Output()
	show("child", strings.TrimSpace(string(out)), err)
	process, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "echo child of $SERVICE has $SIZE"},
		&os.ProcAttr{Files: []*os.File{nil, os.Stdout}})
	check(err)
	_, err = process.Wait()
	check(err)

	check(os.Unsetenv("COLOR"))
	_, found = os.LookupEnv("COLOR")
	show("color is set", found)
	os.Clearenv()
	show("cleared", os.Environ(), syscall.Environ())
}

// own returns the variables that do not come from the machine.
func own(environ []string) []string {
	var all []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if slices.Contains([]string{"COLOR", "SERVICE", "SHAPE", "SIZE"}, name) {
			all = append(all, v)
		}
	}
	slices.Sort(all)
	return all
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
