package main

import (
	"syscall"
	"time"
)

const atFDCWD = -100

var platform = []way{
	{"syscall.Getcwd", func() (any, error) {
		data := make([]byte, 1000)
		n, err := syscall.Getcwd(data)
		return string(data[:max(0, n-1)]), err
	}},
	{"syscall.Getcwd without room", func() (any, error) { _, err := syscall.Getcwd(make([]byte, 2)); return no(err) }},
	{"syscall.Creat", func() (any, error) { return opened(syscall.Creat("sys/creat", 0o600)) }},
	{"syscall.Openat", func() (any, error) { return opened(syscall.Openat(atFDCWD, "sys/a", syscall.O_RDONLY, 0)) }},
	{"syscall.Openat in a folder", func() (any, error) {
		fd, err := syscall.Open("sys", syscall.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(fd)
		return opened(syscall.Openat(fd, "a", syscall.O_RDONLY, 0))
	}},
	{"syscall.Mkdirat", func() (any, error) { return no(syscall.Mkdirat(atFDCWD, "sys/at", 0o777)) }},
	{"syscall.Mknodat", func() (any, error) {
		return no(syscall.Mknodat(atFDCWD, "sys/at/fifo", syscall.S_IFIFO|0o600, 0))
	}},
	{"syscall.Renameat", func() (any, error) { return no(syscall.Renameat(atFDCWD, "sys/at/fifo", atFDCWD, "sys/at/f")) }},
	{"syscall.Unlinkat", func() (any, error) { return no(syscall.Unlinkat(atFDCWD, "sys/at/f")) }},
	{"syscall.Faccessat", func() (any, error) { return no(syscall.Faccessat(atFDCWD, "sys/a", 4, 0)) }},
	{"syscall.Fchmodat", func() (any, error) { return no(syscall.Fchmodat(atFDCWD, "sys/a", 0o600, 0)) }},
	{"syscall.Fchownat", func() (any, error) { return no(syscall.Fchownat(atFDCWD, "sys/a", -1, -1, 0)) }},
	{"syscall.Futimesat", func() (any, error) { return no(syscall.Futimesat(atFDCWD, "sys/a", make([]syscall.Timeval, 2))) }},
	{"syscall.Utime", func() (any, error) { return no(syscall.Utime("sys/a", &syscall.Utimbuf{})) }},
	{"syscall.Listxattr of nothing", func() (any, error) { _, err := syscall.Listxattr("sys/a", nil); return no(err) }},
	{"syscall.Getxattr of nothing", func() (any, error) { _, err := syscall.Getxattr("none", "user.a", nil); return no(err) }},
	{"syscall.InotifyAddWatch", func() (any, error) {
		fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK)
		if err != nil {
			return nil, err
		}
		defer syscall.Close(fd)
		if _, err := syscall.InotifyAddWatch(fd, "sys/at", syscall.IN_CREATE); err != nil {
			return nil, err
		}
		if err := written("sys/at/noticed"); err != nil {
			return nil, err
		}
		var event [1000]byte
		for range 100 {
			n, err := syscall.Read(fd, event[:])
			if err == nil {
				return string(event[syscall.SizeofInotifyEvent:][:7]), nil
			}
			if err != syscall.EAGAIN {
				return n, err
			}
			time.Sleep(10 * time.Millisecond)
		}
		return "nothing", nil
	}},
}
