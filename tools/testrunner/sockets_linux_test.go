package main

import (
	"net"
	"os"
	"slices"
	"testing"
)

func TestListening(t *testing.T) {
	before, ok := listening(os.Getpid())
	if !ok {
		t.Skip("no /proc/PID/net")
	}
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	conn, err := net.Dial("tcp4", tcp.Addr().String()) // does not listen
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, _ := listening(os.Getpid())
	want := append(before, "tcp "+tcp.Addr().String(), "udp "+udp.LocalAddr().String())
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseAddress(t *testing.T) {
	// As a machine writes them that has the lowest byte first.
	for text, want := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000:0050":                         "0.0.0.0:80",
		"00000000000000000000000001000000:01BB": "[::1]:443",
	} {
		if got, err := parseAddress(text); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", text, got, err, want)
		}
	}
}
