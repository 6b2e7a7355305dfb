//go:build go_merge_added && unix

package syscall

import (
	"net/netip"
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// Files, programs and sockets that the service's permissions allow, by paths that
// begin in its working directory.

// use returns the path of a file that the service may access. Callers expect an
// Errno, so that is what they get. The log names the rule.
func use(access process.Access, name string) (path string, err error) {
	path, err = self.Use(access, "", name)
	return path, number(err)
}

// useBoth is use for two names.
func useBoth(access process.Access, name string, otherAccess process.Access, otherName string) (path, otherPath string, err error) {
	path, otherPath, err = self.UseBoth("", access, name, otherAccess, otherName)
	return path, otherPath, number(err)
}

func number(err error) error {
	if err != nil {
		return syscall.EACCES
	}
	return nil
}

func Open(path string, mode int, perm uint32) (fd int, err error) {
	var access process.Access
	if mode&syscall.O_ACCMODE != syscall.O_WRONLY {
		access |= process.Read
	}
	if mode&syscall.O_ACCMODE != syscall.O_RDONLY || mode&(syscall.O_CREAT|syscall.O_TRUNC) != 0 {
		access |= process.Write
	}
	found, err := use(access, path)
	if err != nil {
		return -1, err
	}
	return syscall.Open(found, mode, perm)
}

func Mkdir(path string, mode uint32) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Mkdir(found, mode)
}

func Rmdir(path string) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Rmdir(found)
}

func Unlink(path string) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Unlink(found)
}

func Rename(from, to string) error {
	found, other, err := useBoth(process.Write, from, process.Write, to)
	if err != nil {
		return err
	}
	return syscall.Rename(found, other)
}

func Link(path, link string) error {
	found, other, err := useBoth(process.Read, path, process.Write, link)
	if err != nil {
		return err
	}
	return syscall.Link(found, other)
}

// Symlink has the path as it is: a relative one begins where the link is.
func Symlink(path, link string) error {
	found, err := use(process.Write, link)
	if err != nil {
		return err
	}
	return syscall.Symlink(path, found)
}

func Truncate(path string, length int64) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Truncate(found, length)
}

func Chmod(path string, mode uint32) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Chmod(found, mode)
}

func Chown(path string, uid, gid int) error {
	found, err := use(process.Write, path)
	if err != nil {
		return err
	}
	return syscall.Chown(found, uid, gid)
}

// Exec does not replace a process that other services are in.
func Exec(argv0 string, argv []string, envv []string) error {
	program, err := use(process.Exec, argv0)
	if err != nil {
		return err
	}
	if !self.MayReplace() {
		return syscall.EPERM
	}
	return syscall.Exec(program, argv, self.ChildEnviron(program, argv, envv))
}

func ForkExec(argv0 string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	own, err := forChild(argv0, argv, attr)
	if err != nil {
		return 0, err
	}
	return syscall.ForkExec(argv0, argv, own)
}

func StartProcess(argv0 string, argv []string, attr *syscall.ProcAttr) (pid int, handle uintptr, err error) {
	own, err := forChild(argv0, argv, attr)
	if err != nil {
		return 0, 0, err
	}
	return syscall.StartProcess(argv0, argv, own)
}

// forChild starts the program that runs as this service, and any in the service's
// working directory, if permissions allow.
func forChild(argv0 string, argv []string, attr *syscall.ProcAttr) (*syscall.ProcAttr, error) {
	own := syscall.ProcAttr{}
	if attr != nil {
		own = *attr
	}
	program, dir, sys, err := self.UseProgram(argv0, own.Dir, own.Sys)
	if err != nil {
		return nil, number(err)
	}
	own.Env = self.ChildEnviron(program, argv, own.Env)
	own.Dir, own.Sys = dir, sys
	return &own, nil
}

func Connect(fd int, sa syscall.Sockaddr) error {
	network, address := addressOf(sa)
	if address == "" {
		return syscall.Connect(fd, sa)
	}
	path, err := self.UseToDial(network, address)
	if err != nil {
		return syscall.EACCES
	}
	if path != address {
		sa = &syscall.SockaddrUnix{Name: path}
	}
	return syscall.Connect(fd, sa)
}

// addressOf returns an address as package net writes it, "" for what it does
// not know.
func addressOf(sa syscall.Sockaddr) (network, address string) {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return "tcp", netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)).String()
	case *syscall.SockaddrInet6:
		return "tcp", netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)).String()
	case *syscall.SockaddrUnix:
		return "unix", sa.Name
	}
	return "", ""
}

// found returns an address of a socket as the process finds it.
func found(sa syscall.Sockaddr) syscall.Sockaddr {
	if unix, ok := sa.(*syscall.SockaddrUnix); ok {
		if path := self.SocketPath(unix.Name); path != unix.Name {
			return &syscall.SockaddrUnix{Name: path}
		}
	}
	return sa
}
