// Package main is a service that listens at addresses which are taken, or prints
// that it cannot.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

func main() {
	addresses()
	first := listen("127.0.0.1:0")
	at := first.Addr().String()
	second, err := net.Listen("tcp", at)
	fmt.Println("taken", errors.Is(err, syscall.EADDRINUSE))
	if os.Getenv("LISTENS") == "" {
		unbound(second, at)
		failing(at)
		inTurn(first, at)
	}
	types(listen("127.0.0.1:0").(*net.TCPListener))
	sockets()
	none()
}

func listen(address string) net.Listener {
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	return l
}

// addresses compares what a listener says before it is bound with what it says then.
func addresses() {
	for _, host := range []string{"", "localhost", "127.0.0.1", "0.0.0.0"} {
		for _, network := range []string{"tcp", "tcp4"} {
			bound, err := net.Listen(network, net.JoinHostPort(host, "0"))
			if err != nil {
				panic(err)
			}
			addr := bound.Addr().(*net.TCPAddr)
			again, err := net.Listen(network, net.JoinHostPort(host, fmt.Sprint(addr.Port)))
			if err == nil && (again.Addr().String() != addr.String() || again.Addr().Network() != "tcp") {
				fmt.Println(host, network, again.Addr(), addr)
			}
			if again, err := net.ListenTCP(network, addr); err == nil && again.Addr().String() != addr.String() {
				fmt.Println(host, network, again.Addr(), addr)
			}
			bound.Close()
		}
	}
	_, err := net.Listen("tcp", "192.0.2.1:1")
	fmt.Println("another machine's", errors.Is(err, syscall.EADDRNOTAVAIL))
	_, err = net.Listen("tcp", "127.0.0.1:none")
	fmt.Println("no port", err)
}

func unbound(l net.Listener, at string) {
	fmt.Println("closed", l.Close(), l.Close() != nil)
	_, err := l.Accept()
	fmt.Println("closed", errors.Is(err, net.ErrClosed), err.Error() == "accept tcp "+at+": use of closed network connection")
}

// failing accepts at an address that is taken.
func failing(at string) {
	l := listen(at)
	for _, try := range []func() error{
		func() error { _, err := l.Accept(); return err },
		func() error { return l.(*net.TCPListener).SetDeadline(time.Time{}) },
		func() error { _, err := l.(*net.TCPListener).File(); return err },
		func() error { _, err := l.(syscall.Conn).SyscallConn(); return err },
	} {
		fmt.Print(errors.Is(try(), syscall.EADDRINUSE), " ")
	}
	fmt.Println("failing", errors.Is(http.Serve(l, nil), syscall.EADDRINUSE), l.Close() != nil)
}

// inTurn has two listeners at one address accept one after the other.
func inTurn(bound net.Listener, at string) {
	next := listen(at)
	secured, err := tls.Listen("tcp", at, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, io.EOF }})
	if err != nil {
		panic(err)
	}
	meet("first", bound, at)
	bound.Close()
	meet("next", next, at)
	next.Close()
	meet("tls", secured, at)
	fmt.Println("addr", secured.Addr().String() == at, secured.Close())
}

// meet connects to a listener once.
func meet(name string, l net.Listener, at string) {
	var accepted sync.WaitGroup
	accepted.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			panic(err)
		}
		conn.Close()
	})
	for {
		// It is bound when it accepts.
		conn, err := net.Dial(l.Addr().Network(), at)
		if err == nil {
			conn.Close()
			break
		}
		time.Sleep(time.Millisecond)
	}
	accepted.Wait()
	fmt.Println("met", name)
}

// types uses all methods of a listener.
func types(l *net.TCPListener) {
	f, err := l.File()
	if err != nil {
		panic(err)
	}
	other, err := net.FileListener(f)
	if err != nil {
		panic(err)
	}
	l.SetDeadline(time.Unix(1, 0))
	_, err = l.AcceptTCP()
	fmt.Println("deadline", errors.Is(err, os.ErrDeadlineExceeded))
	meet("file", other.(*net.TCPListener), l.Addr().String())
	raw, err := l.SyscallConn()
	fmt.Println("raw", err, raw.Control(func(uintptr) {}))
	fmt.Println("closed", l.Close(), l.Close() != nil, other.Close(), f.Close())
}

func sockets() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	for _, unlink := range []bool{true, false} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			panic(err)
		}
		_, err = os.Lstat(path)
		fmt.Println("socket", err == nil, l.Addr().String() == path, l.Addr().Network())
		l.SetUnlinkOnClose(unlink)
		meet("socket", l, path)
		fmt.Print("closed ", l.Close())
		_, err = os.Lstat(path)
		fmt.Println("", err == nil)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err == nil {
		_, err = l.(*net.UnixListener).AcceptUnix()
	}
	fmt.Println("taken", errors.Is(err, syscall.EADDRINUSE))
}

func none() {
	var none *net.TCPListener
	_, err := none.Accept()
	fmt.Println("none", err == syscall.EINVAL, new(net.UnixListener).Close() == syscall.EINVAL)
	_, err = new(net.TCPListener).AcceptTCP()
	fmt.Println("none", err == syscall.EINVAL)
}
