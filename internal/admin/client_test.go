package admin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "admin")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "unbound=refuse" {
			http.Error(w, "listen is False for stock", http.StatusConflict)
			return
		}
		if r.Method == http.MethodPost {
			http.Error(w, "line 1: item->mail: this binary has no such link", http.StatusBadRequest)
			return
		}
		w.Write([]byte("hello"))
	})}
	go server.Serve(l)

	client := NewClient(socket)
	if _, err := client.Set("item->mail on"); err == nil || err.Error() != "item->mail: this binary has no such link" {
		t.Errorf("a rule that is refused: %v", err)
	}
	if _, err := client.SetBound("item->stock off"); err != UnboundError("listen is False for stock") {
		t.Errorf("a rule for a service that does not listen: %v", err)
	}
	if _, err := client.Links(); err == nil || !strings.HasPrefix(err.Error(), socket+" is not the admin socket of a merged binary: ") {
		t.Errorf("a socket of something else: %v", err)
	}
	server.Close()
	if _, err := client.Links(); err == nil || err.Error() != socket+": the merged binary that made this socket has ended" {
		t.Errorf("a socket that was left behind: %v", err)
	}
	if _, err := NewClient(socket + "2").Links(); err == nil || err.Error() != socket+"2: dial unix "+socket+"2: connect: no such file or directory" {
		t.Errorf("a missing socket: %v", err)
	}
}

// serve answers all requests on a socket with a function.
func serve(t *testing.T, handler http.HandlerFunc) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "admin")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return socket
}

// TestManyObjects asks something whose answer takes much more memory than text.
func TestManyObjects(t *testing.T) {
	socket := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"links": [{}` + strings.Repeat(",{}", maxObjects) + "]}"))
	})
	_, err := NewClient(socket).Links()
	if want := socket + " is not the admin socket of a merged binary: its answer has 500002 objects, more than 500000"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestNoAnswer asks something that does not answer, until the context ends or in time.
func TestNoAnswer(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan struct{})
	socket := serve(t, func(_ http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-ended
	})
	defer close(ended)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	client := NewClient(socket)
	if _, err := client.WithContext(ctx).Links(); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), socket+": ") {
		t.Errorf("got %v, want an error that the context has ended", err)
	}
	client.http.Timeout = time.Millisecond
	go func() { <-asked }()
	if _, err := client.Links(); err == nil || err.Error() != socket+": no answer within 1ms" {
		t.Errorf("got %v", err)
	}
}

// TestEndlessAnswer asks something that never stops to answer.
func TestEndlessAnswer(t *testing.T) {
	socket := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<20)
		for {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	_, err := NewClient(socket).Links()
	if want := socket + " is not the admin socket of a merged binary: its answer is longer than 64 MB"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
