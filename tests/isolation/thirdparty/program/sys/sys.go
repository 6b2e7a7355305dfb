// Package sys makes system calls around the standard library. Some of them have
// to be the service's anyway.
package sys

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Run prints what the calls do. At its end the first service exits, after which
// the second goes on.
func Run(service string) {
	line := func(what string, values ...any) {
		fmt.Println(append([]any{service, what}, values...)...)
	}
	if service == "first" {
		unix.Setenv("SYS", "set")
		value, found := unix.Getenv("SYS")
		line("environment", value, found)
		unix.Exit(0)
	}
	time.Sleep(time.Second)
	value, found := unix.Getenv("SYS")
	line("environment", value, found)

	dir, err := os.MkdirTemp("", "sys")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file, link, symlink := filepath.Join(dir, "d/file"), filepath.Join(dir, "link"), filepath.Join(dir, "symlink")
	line("mkdir", unix.Mkdir(filepath.Dir(file), 0o700))
	fd, err := unix.Open(file, unix.O_CREAT|unix.O_RDWR, 0o600)
	line("open", err)
	n, err := unix.Write(fd, []byte("hello"))
	line("write", n, err, unix.Close(fd))
	line("truncate", unix.Truncate(file, 4))
	line("chmod", unix.Chmod(file, 0o640))
	line("chown", unix.Chown(file, -1, -1))
	line("link", unix.Link(file, link))
	line("symlink", unix.Symlink("link", symlink))
	info, err := os.Stat(symlink)
	line("file", info.Size(), info.Mode(), err)
	line("rename", unix.Rename(link, file+"2"))
	line("unlink", unix.Unlink(symlink), unix.Unlink(file), unix.Unlink(file+"2"), unix.Unlink(file))
	line("rmdir", unix.Rmdir(filepath.Dir(file)), unix.Chdir(filepath.Dir(file)))
	line("chdir", unix.Chdir(dir), unix.Umask(0o77) > 0, unix.Umask(0o77) == 0o77)

	cmd := exec.Command("sh", "-c", "exit 3")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	var status unix.WaitStatus
	var usage unix.Rusage
	pid, err := unix.Wait4(cmd.Process.Pid, &status, 0, &usage)
	line("wait", pid == cmd.Process.Pid, err, status.ExitStatus(), usage.Maxrss > 0)

	cmd = exec.Command("true")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	line("wait for any", waitForAny(), cmd.Wait())
}
