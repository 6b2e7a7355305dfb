package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/rpc"
	"net/smtp"
	"net/textproto"
	"syscall"
	"time"
)

// network are ways to a server that closes its connections, and to be one.
func network(port string) []way {
	byName := func(dial func(address string) error) func(_, host string) error {
		return func(_, host string) error { return denials(dial(net.JoinHostPort(host, port))) }
	}
	byAddress := func(dial func(*net.TCPAddr) error) func(_, host string) error { return toAddress(port, dial) }
	ctx := context.Background()
	insecure := &tls.Config{InsecureSkipVerify: true}
	// First, before anybody else has told the permissions what the address is.
	resolver := way{"net.Resolver", func(_, host string) error {
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
		if err != nil || len(addrs) == 0 {
			return fmt.Errorf("looked up %v: %w", addrs, err)
		}
		return denials(closed(net.Dial("tcp", net.JoinHostPort(addrs[0].String(), port))))
	}}
	return append(append([]way{resolver}, dialers(port)...), []way{
		{"net.Dial", byName(func(a string) error { return closed(net.Dial("tcp", a)) })},
		{"net.DialTimeout", byName(func(a string) error { return closed(net.DialTimeout("tcp", a, time.Minute)) })},
		{"net.Dialer", byName(func(a string) error { return closed((&net.Dialer{Timeout: time.Minute}).DialContext(ctx, "tcp", a)) })},
		{"net.Dialer with a net.Resolver", byName(func(a string) error {
			d := net.Dialer{Resolver: &net.Resolver{PreferGo: true}}
			d.SetMultipathTCP(false)
			if d.MultipathTCP() {
				return errors.New("the dialer forgets what it is told about TCP")
			}
			return closed(d.DialContext(ctx, "tcp", a))
		})},
		{"net.DialTCP", byAddress(func(a *net.TCPAddr) error { return closed(net.DialTCP("tcp", nil, a)) })},
		{"net.DialUDP", byAddress(func(a *net.TCPAddr) error {
			return closed(net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(a.AddrPort())))
		})},
		{"net.DialUnix", func(dir, _ string) error {
			_, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: dir + "/nobody.sock"})
			return denials(err)
		}},
		{"syscall.Connect", byAddress(connect)},
		{"http.Get", byName(func(a string) error { _, err := http.Get("http://" + a); return err })},
		{"tls.Dial", byName(func(a string) error { return closed(tls.Dial("tcp", a, insecure)) })},
		{"tls.Dialer", byName(func(a string) error {
			return closed((&tls.Dialer{NetDialer: &net.Dialer{Timeout: time.Minute}, Config: insecure}).DialContext(ctx, "tcp", a))
		})},
		{"rpc.Dial", byName(func(a string) error { return closed(rpc.Dial("tcp", a)) })},
		{"smtp.Dial", byName(func(a string) error { return closed(smtp.Dial(a)) })},
		{"textproto.Dial", byName(func(a string) error { return closed(textproto.Dial("tcp", a)) })},

		{"net.Listen", func(_, host string) error { return closed(net.Listen("tcp", host+":0")) }},
		{"net.ListenPacket", func(_, host string) error { return closed(net.ListenPacket("udp", host+":0")) }},
		{"net.ListenConfig", func(_, host string) error { return closed(new(net.ListenConfig).Listen(ctx, "tcp", host+":0")) }},
		{"net.ListenTCP", byAddress(func(a *net.TCPAddr) error { return closed(net.ListenTCP("tcp4", &net.TCPAddr{IP: a.IP})) })},
		{"net.ListenUDP", byAddress(func(a *net.TCPAddr) error { return closed(net.ListenUDP("udp4", &net.UDPAddr{IP: a.IP})) })},
		{"net.ListenUnix", func(dir, _ string) error {
			return closed(net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: dir + "/s.sock"}))
		}},
		{"tls.Listen", func(_, host string) error {
			return closed(tls.Listen("tcp", host+":0", &tls.Config{Certificates: make([]tls.Certificate, 1)}))
		}},
		{"http.ListenAndServe", func(_, host string) error {
			srv := http.Server{Addr: host + ":0"}
			time.AfterFunc(time.Millisecond, func() { srv.Close() })
			if err := srv.ListenAndServe(); err != http.ErrServerClosed {
				return err
			}
			return nil
		}},
	}...)
}

// toAddress dials a TCP address on the port of a host.
func toAddress(port string, dial func(*net.TCPAddr) error) func(_, host string) error {
	return func(_, host string) error {
		addr, err := net.ResolveTCPAddr("tcp4", net.JoinHostPort(host, port))
		if err != nil {
			return err
		}
		return denials(dial(addr))
	}
}

// denials returns an error only if it comes from a permission: that nobody
// answers is none.
func denials(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func connect(a *net.TCPAddr) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return syscall.Connect(fd, &syscall.SockaddrInet4{Port: a.Port, Addr: a.AddrPort().Addr().As4()})
}

// serve accepts connections on a port of all addresses of the machine.
func serve() (port string) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 x\r\n")
			io.CopyN(io.Discard, conn, 1)
			conn.Close()
		}
	}()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		panic(err)
	}
	return port
}
