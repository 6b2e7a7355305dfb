package running

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// waitEnv makes this test binary a process that runs until its input ends.
const waitEnv = "RUNNING_TEST_WAIT"

// leaveEnv has it make a socket as the runtime does, and then go to another folder.
const leaveEnv = "RUNNING_TEST_LEAVE"

func TestMain(m *testing.M) {
	if os.Getenv(waitEnv) != "" {
		if os.Getenv(leaveEnv) != "" {
			if err := listenAndLeave(os.Getenv(socketEnv)); err != nil {
				panic(err)
			}
		}
		os.Stdout.WriteString("ready\n")
		io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

func listenAndLeave(socket string) error {
	path, err := filepath.Abs(socket)
	if err != nil {
		return err
	}
	private, err := os.MkdirTemp(filepath.Dir(path), ".")
	if err != nil {
		return err
	}
	hidden := filepath.Join(private, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	if err := os.Rename(hidden, path); err != nil {
		return err
	}
	if err := os.Remove(private); err != nil {
		return err
	}
	return os.Chdir("/")
}

// executable returns a copy of this test binary, which no process runs.
func executable(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "shop")
	if err := os.WriteFile(path, code, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// start runs a file in its folder, with an admin socket unless that is "".
func start(t *testing.T, file, socket string) {
	t.Helper()
	cmd := exec.Command(file)
	cmd.Dir = filepath.Dir(file)
	cmd.Env = append(os.Environ(), waitEnv+"=1", socketEnv+"="+socket)
	startCommand(t, cmd)
}

// startCommand starts a command that runs until its input ends, at the end of the
// test, and waits until it is ready: while the system still starts it, it has no
// environment.
func startCommand(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	if _, err := io.ReadFull(stdout, make([]byte, len("ready\n"))); err != nil {
		t.Fatal(err)
	}
}

func TestSocketOfABinary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are found on Linux only")
	}
	nothing := func(string) error { return nil }
	tests := []struct {
		name    string
		sockets []string // of the running processes
		after   func(file string) error
		want    string // socket, or the error; N for a process id
	}{
		{"one process", []string{"/run/shop.sock"}, nothing, "/run/shop.sock"},
		{"a relative socket", []string{"shop.sock"}, nothing, "DIR/shop.sock"},
		{"a process and its child", []string{"/run/shop.sock", "/run/shop.sock"}, nothing, "/run/shop.sock"},
		{"the file is built again", []string{"/run/shop.sock"}, func(file string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.WriteFile(file, nil, 0o700)
		}, "/run/shop.sock"},
		{"no process", nil, nothing, "DIR/shop does not run, or not as this user; start it with GO_MERGE_ADMIN_SOCKET set to a path, or name its admin socket"},
		{"no socket", []string{""}, nothing, "DIR/shop runs as process N without an admin socket; start it with GO_MERGE_ADMIN_SOCKET set to a path"},
		{"two sockets", []string{"/run/1.sock", "/run/2.sock"}, nothing, "DIR/shop runs as several processes: N with /run/1.sock, N with /run/2.sock; name the socket of one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := executable(t)
			for _, socket := range tt.sockets {
				start(t, file, socket)
			}
			if err := tt.after(file); err != nil {
				t.Fatal(err)
			}
			got, err := Socket(file)
			if err != nil {
				got = err.Error()
			}
			if got = normal(got, filepath.Dir(file)); got != tt.want {
				t.Errorf("got\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

// normal puts DIR for the folder and N for process ids.
func normal(text, dir string) string {
	words := strings.Fields(strings.ReplaceAll(text, dir, "DIR"))
	for i, word := range words {
		if strings.Trim(word, "0123456789") == "" {
			words[i] = "N"
		}
	}
	return strings.Join(words, " ")
}

// TestSocketOfABinaryThatLeft looks for the socket of a process whose services
// have changed the folder.
func TestSocketOfABinaryThatLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are found on Linux only")
	}
	file := executable(t)
	cmd := exec.Command(file)
	// So that it is a short path, as sockets need.
	dir, err := os.MkdirTemp("", "left")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "a b"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), waitEnv+"=1", leaveEnv+"=1", socketEnv+"=a b/shop.sock")
	startCommand(t, cmd)
	if got, err := Socket(file); err != nil || got != filepath.Join(dir, "a b/shop.sock") {
		t.Errorf("got %q, %v, want that in %s", got, err, dir)
	}
}

func TestSocketByName(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "admin")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tests := []struct{ name, env, want string }{
		{socket, "", socket},
		{"", socket, socket},
		{socket, "/nowhere", socket},
		{"", "", "name a merged binary or its admin socket, or set GO_MERGE_ADMIN_SOCKET"},
		{filepath.Join(dir, "missing"), "", "DIR/missing does not exist; name a merged binary or its admin socket"},
		{dir, "", "DIR is neither a merged binary nor an admin socket"},
	}
	for _, tt := range tests {
		t.Setenv(socketEnv, tt.env)
		got, err := Socket(tt.name)
		if err != nil {
			got = strings.ReplaceAll(err.Error(), dir, "DIR")
		}
		if got != tt.want {
			t.Errorf("Socket(%q) with %q in the environment: got\n%s, want\n%s", tt.name, tt.env, got, tt.want)
		}
	}
}
