package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/dev/mergedtest"
	"github.com/gomerge/rules_go_merge/merge/runtime"
)

const (
	// faultyEnv makes this test binary a merged binary with many links, some of which are
	// faulty: those of faultsEnv, as "c07/Get" or "c07/Get+c21/Put" separated by commas. With
	// "!" after it, a method panics.
	faultyEnv = "MERGECTL_TEST_FAULTY"
	faultsEnv = "MERGECTL_TEST_FAULTS"
	// trafficEnv has it make calls all the time.
	trafficEnv = "MERGECTL_TEST_TRAFFIC"
	// smokeEnv makes it a program that asks such processes, whose sockets it lists,
	// whether something is wrong. If nothing is, it runs until somebody writes to
	// the FIFO in smokeHangEnv.
	smokeEnv     = "MERGECTL_TEST_SMOKE"
	smokeHangEnv = "MERGECTL_TEST_SMOKE_HANG"
	// commandEnv makes it mergectl.
	commandEnv = "MERGECTL_TEST_COMMAND"
)

// faultyLinks is how many links the faulty binary has, of two methods each.
const faultyLinks = 64

// faulty is what runs as the faulty binary.
type faulty struct {
	clients []*runtime.Client
	faults  [][]string
}

func callerName(i int) string { return fmt.Sprintf("c%02d", i) }

// runFaulty is a merged binary in which stock is called by many services. Whoever
// connects to the socket beside the admin socket has it call every method once, and is
// told whether something went wrong: that all calls of a fault were inline.
func runFaulty() {
	method := mergedtest.Method()
	f := new(faulty)
	for fault := range strings.SplitSeq(os.Getenv(faultsEnv), ",") {
		f.faults = append(f.faults, strings.Split(fault, "+"))
	}
	for i := range faultyLinks {
		runtime.AddLink(runtime.Link{
			Caller: callerName(i), Callee: "stock", RPCService: "StockService",
			Methods: map[string]runtime.Method{"Get": method, "Put": method},
		})
	}
	runtime.Serve("stock", "StockService", "", func(_ context.Context, req runtime.Request) runtime.Response {
		if slices.ContainsFunc(f.faults, func(set []string) bool { return set[0] == req.Args.(*mergedtest.Message).Text+"!" }) {
			panic("no shelf")
		}
		if slices.ContainsFunc(f.faults, func(set []string) bool {
			return len(set) == 1 && set[0] == req.Args.(*mergedtest.Message).Text
		}) {
			return runtime.Response{Failure: &runtime.Failure{Kind: runtime.Answered, Number: 6, Message: "no shelf"}, Way: runtime.Transport}
		}
		return runtime.Response{Way: runtime.Short}
	})
	stock := func() {
		for i := range faultyLinks {
			f.clients = append(f.clients, runtime.NewClient(callerName(i), "StockService", ""))
		}
		l, err := net.Listen("unix", controlSocket(os.Getenv("GO_MERGE_ADMIN_SOCKET")))
		if err != nil {
			panic(err)
		}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				fmt.Fprintln(conn, f.callAll())
				conn.Close()
			}
		}()
		if os.Getenv(trafficEnv) != "" {
			go func() {
				for range time.Tick(time.Millisecond) {
					f.callAll()
				}
			}()
		}
		mergedtest.Ready()
		io.Copy(io.Discard, os.Stdin) // to the end of the test
	}
	runtime.Main(runtime.Binary{Name: "shop", Services: []runtime.Service{{Name: "stock", Version: "1.4.2", Digest: "0a1b", Listen: os.Getenv(unboundEnv) == "", Main: stock}}})
}

func controlSocket(admin string) string { return admin + ".all" }

// callAll calls every method, and returns "bad" if all methods of a fault were called
// inline.
func (f *faulty) callAll() string {
	var inline []string
	for i, client := range f.clients {
		for _, name := range []string{"Get", "Put"} {
			full := callerName(i) + "/" + name
			observed := client.Observe(name)
			call, drawn := client.Draw(name)
			how := runtime.EndedOK
			if call.Bound() {
				inline = append(inline, full)
				args, _ := call.Convert(&mergedtest.Message{Text: full}) // which never fails
				if resp := call.Do(context.Background(), args, &mergedtest.Message{}, nil); resp.Failed() {
					how = runtime.EndedInternal
				}
			}
			observed.End(drawn, how)
		}
	}
	for _, set := range f.faults {
		if !slices.ContainsFunc(set, func(full string) bool { return !slices.Contains(inline, full) }) {
			return "bad"
		}
	}
	return "good"
}

// runSmoke asks faulty binaries, and ends with 1 if one says "bad".
func runSmoke() {
	code := 0
	for socket := range strings.SplitSeq(os.Getenv(smokeEnv), ",") {
		conn, err := net.Dial("unix", controlSocket(socket))
		if err != nil {
			os.Exit(125)
		}
		text, err := io.ReadAll(conn)
		if err != nil {
			os.Exit(125)
		}
		if !bytes.Equal(text, []byte("good\n")) {
			code = 1
		}
	}
	if fifo := os.Getenv(smokeHangEnv); fifo != "" && code == 0 {
		fmt.Println("hanging")
		os.ReadFile(fifo)
	}
	os.Exit(code)
}
