package main

import (
	"fmt"
	"os"
	"syscall"
)

// opened closes what a function has opened.
func opened(fd int, err error) (any, error) {
	if err == nil {
		syscall.Close(fd)
	}
	return no(err)
}

var system = []way{
	{"syscall.Mkdir", func() (any, error) { return no(syscall.Mkdir("sys", 0o777)) }},
	{"syscall.Open", func() (any, error) {
		fd, err := syscall.Open("sys/a", syscall.O_CREAT|syscall.O_WRONLY, 0o600)
		if err == nil {
			syscall.Write(fd, []byte("of "+service))
		}
		return opened(fd, err)
	}},
	{"syscall.Open of nothing", func() (any, error) { return opened(syscall.Open("none", syscall.O_RDONLY, 0)) }},
	{"syscall.Access", func() (any, error) { return no(syscall.Access("sys/a", 4)) }},
	{"syscall.Stat", func() (any, error) {
		var s syscall.Stat_t
		err := syscall.Stat("sys/a", &s)
		return s.Size, err
	}},
	{"syscall.Lstat", func() (any, error) {
		var s syscall.Stat_t
		err := syscall.Lstat("sys/a", &s)
		return s.Size, err
	}},
	{"syscall.Statfs", func() (any, error) {
		var s syscall.Statfs_t
		return no(syscall.Statfs("sys", &s))
	}},
	{"syscall.Link", func() (any, error) { return no(syscall.Link("sys/a", "sys/b")) }},
	{"syscall.Symlink", func() (any, error) { return no(syscall.Symlink("a", "sys/c")) }},
	{"syscall.Readlink", func() (any, error) {
		data := make([]byte, 10)
		n, err := syscall.Readlink("sys/c", data)
		return string(data[:max(0, n)]), err
	}},
	{"syscall.Rename", func() (any, error) { return no(syscall.Rename("sys/b", "sys/d")) }},
	{"syscall.Truncate", func() (any, error) { return no(syscall.Truncate("sys/d", 1)) }},
	{"syscall.Chmod", func() (any, error) { return no(syscall.Chmod("sys/d", 0o644)) }},
	{"syscall.Chown", func() (any, error) { return no(syscall.Chown("sys/d", -1, -1)) }},
	{"syscall.Lchown", func() (any, error) { return no(syscall.Lchown("sys/d", -1, -1)) }},
	{"syscall.Utimes", func() (any, error) { return no(syscall.Utimes("sys/d", make([]syscall.Timeval, 2))) }},
	{"syscall.UtimesNano", func() (any, error) { return no(syscall.UtimesNano("sys/d", make([]syscall.Timespec, 2))) }},
	{"syscall.Mkfifo", func() (any, error) { return no(syscall.Mkfifo("sys/fifo", 0o600)) }},
	{"syscall.Unlink", func() (any, error) { return no(syscall.Unlink("sys/fifo")) }},
	{"syscall.Rmdir of what is full", func() (any, error) { return no(syscall.Rmdir("sys")) }},
	{"syscall.Bind and Connect", func() (any, error) {
		server, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(server)
		if err := syscall.Bind(server, &syscall.SockaddrUnix{Name: "sys/s"}); err != nil {
			return nil, err
		}
		if err := syscall.Listen(server, 1); err != nil {
			return nil, err
		}
		client, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(client)
		return no(syscall.Connect(client, &syscall.SockaddrUnix{Name: "sys/s"}))
	}},
	{"syscall.ForkExec", func() (any, error) {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		fd := null.Fd()
		pid, err := syscall.ForkExec("data/tool", []string{"tool"}, &syscall.ProcAttr{Env: []string{"PATH=/bin:/usr/bin"}, Files: []uintptr{fd, fd, fd}})
		if err != nil {
			return nil, err
		}
		var status syscall.WaitStatus
		_, err = syscall.Wait4(pid, &status, 0, nil)
		return status.ExitStatus(), err
	}},
	{"syscall.Getwd", func() (any, error) { return syscall.Getwd() }},
	{"sys", func() (any, error) { return names("sys") }},
}

// folders are last, since they change the working directory.
var folders = []way{
	{"os.Getwd", func() (any, error) { return os.Getwd() }},
	{"PWD", func() (any, error) { return os.Getenv("PWD"), nil }},
	{"os.Chdir to nothing", func() (any, error) { return no(os.Chdir("none")) }},
	{"os.Chdir to a file", func() (any, error) { return no(os.Chdir("data/state")) }},
	{"os.Chdir", func() (any, error) {
		if err := os.Chdir("data"); err != nil {
			return nil, err
		}
		return read("state")
	}},
	{"os.Getwd after that", func() (any, error) { return os.Getwd() }},
	{"os.Chdir up", func() (any, error) {
		if err := os.Chdir(".."); err != nil {
			return nil, err
		}
		return os.Getwd()
	}},
	{"os.Chdir along a symbolic link", func() (any, error) {
		if err := os.Chdir("near"); err != nil {
			return nil, err
		}
		dir, err := os.Getwd()
		return []string{dir, fmt.Sprint(os.Chdir("../.."))}, err
	}},
	{"syscall.Chdir", func() (any, error) {
		if err := syscall.Chdir("sys"); err != nil {
			return nil, err
		}
		return syscall.Getwd()
	}},
	{"syscall.Fchdir", func() (any, error) {
		fd, err := syscall.Open("..", syscall.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(fd)
		if err := syscall.Fchdir(fd); err != nil {
			return nil, err
		}
		return os.Getwd()
	}},
	{"syscall.Fchdir to a file", func() (any, error) {
		fd, err := syscall.Open("data/state", syscall.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(fd)
		return no(syscall.Fchdir(fd))
	}},
	{"os.Chdir out of it", func() (any, error) {
		err := os.Chdir("/")
		dir, _ := os.Getwd()
		_, found := os.Stat("data")
		return []any{dir, os.IsNotExist(found)}, err
	}},
	{"os.Chdir back", func() (any, error) { return no(os.Chdir(start)) }},
}
