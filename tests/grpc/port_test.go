package grpc

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestOnePort runs services with listen = False, whose servers are given addresses at
// which the test listens: the same one, and two.
func TestOnePort(t *testing.T) {
	binary := bazeltest.Runfile(t, os.Args[len(os.Args)-1])
	for name, test := range map[string]struct {
		same    bool              // the address of left and right
		answers map[string]string // of left, by what it dials
		log     string
	}{
		"the same": {true, map[string]string{
			"right.test:1": "right answers left",
			"LEFT":         "no answer",
		}, `left dials "LEFT": echo.Echo by RPC: servers of left and right were given LEFT, and not all bind it; add "LEFT" to targets of the go_merge_service that it means`},
		"two": {false, map[string]string{
			"right.test:1": "right answers left",
			"RIGHT":        "right answers left",
			"LEFT":         "left answers left",
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			left, dials := takePort(t)
			right, _ := takePort(t)
			if test.same {
				right = left
			}
			addresses := strings.NewReplacer("LEFT", left, "RIGHT", right)
			cmd := exec.Command(binary)
			cmd.Env = append(os.Environ(), "LEFT__LISTEN="+left, "RIGHT__LISTEN="+right, "RIGHT__HTTP="+left)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			stuck := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
			defer stuck.Stop()

			// Each prints its address for people, and right that it cannot have it.
			people, failed := "", ""
			lines := bufio.NewScanner(stdout)
			for n := 0; n < 3 && lines.Scan(); n++ {
				if address, ok := strings.CutPrefix(lines.Text(), "left 127.0.0.1:"); ok {
					people = "http://127.0.0.1:" + address
				}
				if reason, ok := strings.CutPrefix(lines.Text(), "right serves no people: "); ok {
					failed = reason
				}
			}
			if people == "" || !strings.HasSuffix(failed, "bind: address already in use") {
				t.Errorf("left serves people at %q, right fails with %q", people, failed)
			}
			for target, want := range test.answers {
				if got := get(t, people+"/dial?"+addresses.Replace(target)); got != want {
					t.Errorf("%s: %q, want %q", target, got, want)
				}
			}
			cmd.Process.Signal(syscall.SIGTERM)
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			const said = "rules_go_merge: service right accepts connections at an address that it cannot bind: listen tcp "
			if log := stderr.String(); !strings.Contains(log, addresses.Replace(test.log)) || strings.Count(log, "by RPC") != min(1, len(test.log)) || strings.Count(log, said) != 1 {
				t.Errorf("the log does not have %q and %q once:\n%s", test.log, said, log)
			}
			if n := dials(); (n > 0) != test.same {
				t.Errorf("the address was dialled %d times", n)
			}
		})
	}
}

// takePort listens at an address, and counts who connects to it.
func takePort(t *testing.T) (address string, dials func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	n := 0
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			conn.Close()
		}
	}()
	return l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}
