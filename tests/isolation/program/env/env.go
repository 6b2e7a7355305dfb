// Package env uses all of package os that has to do with the environment, from
// package initialization on.
package env

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var (
	color   = os.Getenv("COLOR")
	firstly = os.Args[1:]
)

// Run changes the environment and shows who sees that.
func Run() {
	service := os.Getenv("SERVICE")
	show.Line("initialized with", color, firstly)
	show.Line("arguments", os.Args[1:])
	_, found := os.LookupEnv("SIZE")
	show.Line("size is set", found)
	show.Line("expanded", os.ExpandEnv("$SERVICE is ${COLOR}"))
	show.Line("environ", own(os.Environ()))

	show.Must(os.Setenv("SIZE", service+" size"))
	fromSyscall, _ := syscall.Getenv("SIZE")
	show.Line("set", os.Getenv("SIZE"), fromSyscall)
	show.Must(syscall.Setenv("SHAPE", service+" shape"))
	show.Line("set by syscall", os.Getenv("SHAPE"), own(syscall.Environ()))
	show.Line("bad names", os.Setenv("", "x"), os.Setenv("A=B", "x"))

	// Functions of package os read these.
	show.Must(os.Setenv("HOME", "/home/"+service))
	show.Must(os.Setenv("TMPDIR", "/tmp/"+service))
	show.Line("home", show.MustGet(os.UserHomeDir()), show.MustGet(os.UserCacheDir()), os.TempDir())

	children(service)

	show.Must(os.Unsetenv("COLOR"))
	_, found = os.LookupEnv("COLOR")
	show.Line("color is set", found)
	os.Clearenv()
	all := len(os.Environ()) + len(syscall.Environ())
	show.Must(os.Setenv("SERVICE", service))
	show.Line("left after clearing", all)
}

// children starts programs that print their environment, in all ways.
func children(service string) {
	out, err := exec.Command("sh", "-c", "echo $COLOR $SIZE").Output()
	show.Line("child", strings.TrimSpace(string(out)), err)

	with := exec.Command("sh", "-c", "echo $COLOR $EXTRA")
	with.Env = append(with.Environ(), "EXTRA=more")
	out, err = with.Output()
	show.Line("child with more", strings.TrimSpace(string(out)), err)

	sh := show.MustGet(exec.LookPath("sh"))
	process := show.MustGet(os.StartProcess(sh, []string{"sh", "-c", "echo $SERVICE child of StartProcess: $SIZE"},
		&os.ProcAttr{Files: []*os.File{nil, os.Stdout}}))
	show.MustGet(process.Wait())

	show.Must(os.Setenv("PATH", "/nowhere"))
	_, err = exec.LookPath("sh")
	show.Line("looked up elsewhere", err)
}

// own returns the variables that the test is about.
func own(environ []string) []string {
	all := slices.DeleteFunc(slices.Clone(environ), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return !slices.Contains([]string{"COLOR", "SERVICE", "SHAPE", "SIZE"}, name)
	})
	slices.Sort(all)
	return all
}
