package compare

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// testExample is a shop of which this test's binary is all programs.
var testExample = &Example{
	Name:      "shop",
	Services:  []Service{{Name: "stock"}, {Name: "item"}, {Name: "api"}},
	Framework: "Kitex",
	Script:    []Call{{Method: "GET", Path: "/versions"}, {Method: "GET", Path: "/items/lamp"}, {Method: "POST", Path: "/orders", Body: "{}"}},
	Mix:       []Call{{Method: "GET", Path: "/items/lamp"}, {Method: "POST", Path: "/orders", Body: "{}"}},
	Env: func(listen, dial map[string]string) []string {
		return []string{"API_LISTEN_ADDR=" + listen["api"], "ITEM_ADDR=" + dial["item"]}
	},
}

// TestMain lets the test's binary stand for all programs of the shop, if it is
// started as one of them.
func TestMain(m *testing.M) {
	switch os.Getenv("COMPARE_TEST_SHOP") {
	case "":
		os.Exit(m.Run())
	case "broken":
		fmt.Println("no shelves")
		os.Exit(3)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	serveShop()
	<-stop
}

// serveShop answers as api, of which there is one: the others find its port in
// use and do nothing.
func serveShop() {
	var calls atomic.Int64
	if ln, err := net.Listen("tcp", os.Getenv("API_LISTEN_ADDR")); err == nil {
		go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			if r.URL.Path == "/versions" {
				fmt.Fprint(w, `{"data": {"api": {"kitex": "v2"}, "stock": {"kitex": "v1"}}}`)
				return
			}
			if conn, err := net.Dial("tcp", os.Getenv("ITEM_ADDR")); err == nil {
				conn.Close()
			}
			fmt.Fprintf(w, `{"data": {"path": %q}}`, r.URL.Path)
		}))
	}
	if socket := os.Getenv("GO_MERGE_ADMIN_SOCKET"); socket != "" {
		ln, err := net.Listen("unix", socket)
		if err != nil {
			panic(err)
		}
		go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"links": [{"caller": "api", "callee": "item", "rpc_service": "S", "method": "Get", "inline": %d}]}`, calls.Load())
		}))
	}
}

// thisBinary returns the test's own binary in all roles.
func thisBinary(t *testing.T) Binaries {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Binaries{"api": self, "item": self, "stock": self, Merged: self}
}

func TestRun(t *testing.T) {
	t.Setenv("COMPARE_TEST_SHOP", "yes")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	rep, err := Run(context.Background(), testExample, thisBinary(t), 200, 4, null)
	if err != nil {
		t.Fatal(err)
	}
	if err := rep.Failure(); err != nil {
		t.Error(err)
	}
	if rep.Separate.Processes != 3 || rep.Merged.Processes != 1 || len(rep.Merged.Answers) != len(testExample.Script) {
		t.Errorf("report = %+v", rep)
	}
	if got := rep.Merged.versions(); got != "2: v1, v2" {
		t.Errorf("versions = %s", got)
	}
	if len(rep.Merged.Links) != 1 || rep.Merged.Links[0].Inline != 200 {
		t.Errorf("links = %v", rep.Merged.Links)
	}
}

func TestDeployFailure(t *testing.T) {
	t.Setenv("COMPARE_TEST_SHOP", "broken")
	_, err := Deploy(context.Background(), testExample, thisBinary(t), true, false)
	if err == nil || !strings.Contains(err.Error(), "ended early: exit status 3") || !strings.Contains(err.Error(), "no shelves") {
		t.Errorf("error = %v", err)
	}
}

func TestCPUTime(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 200*time.Millisecond; {
	}
	after, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if d := after - before; d < 20*time.Millisecond || d > 10*time.Second {
		t.Errorf("200 ms of work took %v", d)
	}
}
