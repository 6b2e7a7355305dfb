package compare

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// echo serves connections: it sends back what it gets, twice.
func echo(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				text, _ := io.ReadAll(conn)
				conn.Write(append(text, text...))
			}()
		}
	}()
	return ln.Addr().String()
}

func TestProxyCounts(t *testing.T) {
	p, err := newProxy(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for i, text := range []string{"hello", "", strings.Repeat("x", 100000)} {
		before := p.bytes()
		conn, err := net.Dial("tcp", p.addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		conn.(*net.TCPConn).CloseWrite()
		got, err := io.ReadAll(conn)
		conn.Close()
		if err != nil || string(got) != text+text {
			t.Errorf("%d: %d bytes came back: %v", i, len(got), err)
		}
		if n := p.bytes() - before; n != int64(3*len(text)) {
			t.Errorf("%d: counted %d bytes, want %d", i, n, 3*len(text))
		}
	}
}

func TestProxyWithoutTarget(t *testing.T) {
	addrs, err := freeAddrs(1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProxy(addrs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	conn, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("Read = %d, %v; want the connection to be closed", n, err)
	}
}

func TestProxyClose(t *testing.T) {
	p, err := newProxy(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "hello")
	for p.bytes() != 5 {
		time.Sleep(time.Millisecond)
	}
	p.close() // returns although the connection is open
	if _, err := net.Dial("tcp", p.addr()); err == nil {
		t.Error("still listening")
	}
}
