package admin

import (
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

var noLog = log.New(io.Discard, "", 0)

// TestSocketOfOneProcess has many listen at once where a killed process has left
// its socket.
func TestSocketOfOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin")
	for range 20 {
		left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		left.SetUnlinkOnClose(false)
		left.Close()

		var listeners atomic.Int32
		var first atomic.Pointer[net.Listener]
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if l, err := listenUnix(path, noLog); err == nil {
					listeners.Add(1)
					first.Store(&l)
				}
			})
		}
		all.Wait()
		if n := listeners.Load(); n != 1 {
			t.Fatalf("%d listen on one socket", n)
		}
		(*first.Load()).Close()
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Fatalf("the socket was left behind: %v", err)
		}
	}
}

// TestSocketOfAnother replaces a socket before it closes.
func TestSocketOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin")
	l, err := listenUnix(path, noLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := listenUnix(path, noLog)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	l.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("closing took another's socket away: %v", err)
	}
}

// TestSocketModeWithoutUmask listens where the mode of a new file lets everybody
// in, and beside a link to a file of the user.
func TestSocketModeWithoutUmask(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := t.TempDir()
	l, err := listenUnix(filepath.Join(dir, "admin"), noLog)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Lstat(filepath.Join(dir, "admin")); err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("more than the socket is left: %v, %v", entries, err)
	}

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if _, err := listenUnix(link, noLog); err == nil {
		t.Error("no error for a link")
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestSocketReplacesNothing has files of others where the socket is to be, from the
// beginning and from one step to the next.
func TestSocketReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	path, own := filepath.Join(dir, "admin"), filepath.Join(dir, "own")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unharmed := func(what string) {
		t.Helper()
		if text, err := os.ReadFile(path); err != nil || string(text) != "of another" {
			t.Errorf("%s: the file has %q, %v", what, text, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 2 {
			t.Errorf("%s: there are %v, %v", what, entries, err)
		}
	}
	write(path, "of another")
	if _, err := listenUnix(path, noLog); err == nil {
		t.Error("a file was replaced")
	}
	unharmed("from the beginning")
	write(own, "own")
	if err := place(own, path); err == nil {
		t.Error("a file was replaced that came meanwhile")
	}
	unharmed("before the socket is placed")
	was, err := os.Lstat(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := takeAway(path, was, filepath.Join(dir, "left")); err == nil {
		t.Error("a file was taken away that came meanwhile")
	}
	unharmed("before the old socket is taken away")
}

// TestSocketOfAnotherUser has a socket that a process of another user has left.
func TestSocketOfAnotherUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	if _, err := listenUnixAs(os.Geteuid()+1, path, noLog); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("error %v", err)
	}
}

// TestSocketOfLongPath listens at a path so long that nothing fits beside it. Nobody
// sees the socket with a mode that lets others in.
func TestSocketOfLongPath(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir, err := os.MkdirTemp("/tmp", "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	folder := filepath.Join(dir, strings.Repeat("x", 100-len(dir)-len("/a/")))
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "a")
	done, watched := make(chan struct{}), make(chan struct{})
	defer func() { close(done); <-watched }()
	go func() {
		defer close(watched)
		for {
			if info, err := os.Lstat(path); err == nil && info.Mode() != os.ModeSocket|0o600 {
				t.Errorf("for a moment its mode is %v", info.Mode())
				return
			}
			select {
			case <-done:
				return
			default:
			}
		}
	}()
	for range 50 { // each after one of a process that was killed
		l, err := listenUnix(path, noLog)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		l.(*socket).Listener.Close()
	}
}

// TestSocketServesFew opens more connections than are served.
func TestSocketServesFew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin")
	l, err := listenUnix(path, noLog)
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	for range maxConnections + 1 {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	var open []net.Conn
	for range maxConnections {
		open = append(open, <-accepted)
	}
	select {
	case <-accepted:
		t.Error("one too many is served")
	default:
	}
	open[0].Close()
	open[0].Close() // gives up one place
	open = append(open[1:], <-accepted)
	l.Close()
	if conn, more := <-accepted; more {
		t.Errorf("a connection after the end: %v", conn)
	}
	for _, conn := range open {
		conn.Close()
	}
}
