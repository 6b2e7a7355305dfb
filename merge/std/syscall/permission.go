//go:build go_merge_added && unix

package syscall

import (
	"net/netip"
	"syscall"
)

// Files, programs and sockets that the service's permissions allow, by paths that
// begin in its working directory.

// Callers expect an Errno, so that is what they get. The log names the rule.

func mayRead(path string) error { return number(self.MayRead("", path)) }

func mayWrite(path string) error { return number(self.MayWrite("", path)) }

func mayExec(path string) error { return number(self.MayExec("", path)) }

func number(err error) error {
	if err != nil {
		return syscall.EACCES
	}
	return nil
}

func Open(path string, mode int, perm uint32) (fd int, err error) {
	access := mode & syscall.O_ACCMODE
	if access != syscall.O_WRONLY {
		err = mayRead(path)
	}
	if err == nil && (access != syscall.O_RDONLY || mode&(syscall.O_CREAT|syscall.O_TRUNC) != 0) {
		err = mayWrite(path)
	}
	if err != nil {
		return -1, err
	}
	return syscall.Open(self.Path(path), mode, perm)
}

func Mkdir(path string, mode uint32) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Mkdir(self.Path(path), mode)
}

func Rmdir(path string) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Rmdir(self.Path(path))
}

func Unlink(path string) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Unlink(self.Path(path))
}

func Rename(from, to string) error {
	for _, path := range []string{from, to} {
		if err := mayWrite(path); err != nil {
			return err
		}
	}
	return syscall.Rename(self.Path(from), self.Path(to))
}

func Link(path, link string) error {
	if err := mayRead(path); err != nil {
		return err
	}
	if err := mayWrite(link); err != nil {
		return err
	}
	return syscall.Link(self.Path(path), self.Path(link))
}

// Symlink has the path as it is: a relative one begins where the link is.
func Symlink(path, link string) error {
	if err := mayWrite(link); err != nil {
		return err
	}
	return syscall.Symlink(path, self.Path(link))
}

func Truncate(path string, length int64) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Truncate(self.Path(path), length)
}

func Chmod(path string, mode uint32) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Chmod(self.Path(path), mode)
}

func Chown(path string, uid, gid int) error {
	if err := mayWrite(path); err != nil {
		return err
	}
	return syscall.Chown(self.Path(path), uid, gid)
}

// Exec does not replace a process that other services are in.
func Exec(argv0 string, argv []string, envv []string) error {
	if err := mayExec(argv0); err != nil {
		return err
	}
	if !self.MayReplace() {
		return syscall.EPERM
	}
	return syscall.Exec(self.Path(argv0), argv, self.ChildEnviron(self.Path(argv0), envv))
}

func ForkExec(argv0 string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	own, err := forChild(argv0, attr)
	if err != nil {
		return 0, err
	}
	return syscall.ForkExec(argv0, argv, own)
}

func StartProcess(argv0 string, argv []string, attr *syscall.ProcAttr) (pid int, handle uintptr, err error) {
	own, err := forChild(argv0, attr)
	if err != nil {
		return 0, 0, err
	}
	return syscall.StartProcess(argv0, argv, own)
}

// forChild starts the program that runs as this service, and any in the service's
// working directory, if permissions allow.
func forChild(argv0 string, attr *syscall.ProcAttr) (*syscall.ProcAttr, error) {
	own := syscall.ProcAttr{}
	if attr != nil {
		own = *attr
	}
	program := self.Program(argv0, own.Dir)
	if err := mayExec(program); err != nil {
		return nil, err
	}
	own.Env = self.ChildEnviron(program, own.Env)
	own.Dir, own.Sys = self.ChildFolder(own.Dir, own.Sys)
	return &own, nil
}

func Connect(fd int, sa syscall.Sockaddr) error {
	if self.Permissions() != nil {
		if network, address := addressOf(sa); address != "" && self.MayDial(network, address) != nil {
			return syscall.EACCES
		}
	}
	return syscall.Connect(fd, found(sa))
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
