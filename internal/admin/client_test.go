package admin

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
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

// TestEndlessAnswer asks something that never stops to answer.
func TestEndlessAnswer(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "admin")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part := make([]byte, 1<<20)
		for {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})}
	go server.Serve(l)
	defer server.Close()
	_, err = NewClient(socket).Links()
	if want := socket + " is not the admin socket of a merged binary: its answer is longer than 64 MB"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
