package conformance

import (
	"bytes"
	"context"
	"flag"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// byRPC are the cases that a merged binary leaves to RPC, since the callee
// could not decode the arguments or the caller not encode them.
var byRPC = []string{
	"echo required field missing",
	"echo union without a value",
	"echo union with two values",
}

// refused is what they print when nobody listens.
const refused = `nil, error "remote or network error: get connection error: dial tcp ADDR: connection has been closed by peer" types *kerrors.DetailedError *kerrors.DetailedError *net.OpError *netpoll.exception syscall.Errno is ErrGetConnection is ErrRemoteOrNetwork kind "remote or network error" kitex true timeout false`

// facts are lines that must be printed whichever way the services run, lest
// two equal failures pass.
var facts = map[string]string{
	"default/enums":                            `6, ok`,
	"default/meta plain context value":         `&{Persistent:map[] Transient:map[] Method:"Meta" }, ok, backward nil, own persistent nil, own transient nil`,
	"ttheader/no struct":                       `nil, ok`,
	"ttheader/the callee changes what it kept": `unchanged, unchanged, ok`,
	"ttheader/fail none":                       `"partial", ok, backward map["failing":"NONE"], then 3, ok`,
	"ttheader/fail other":                      `"", error "Other({Reason:the message})" types *contract.Other other &{Reason:"the message" } kitex false timeout false, backward map["failing":"OTHER"], then 3, ok`,
	"ttheader/fail biz":                        `"", error "biz error: code=1234, msg=the message" types *kerrors.BizStatusError biz 1234 "the message" map["empty":"" "key":"value"] kitex false timeout false, backward map["biz-extra":"map[\"empty\":\"\" \"key\":\"value\"]" "biz-message":"the message" "biz-status":"1234" "failing":"BIZ"], then 3, ok`,
	"ttheader/fail panic":                      `"", error "remote or network error[remote]: panic: [happened in biz handler, method=ContractService.Fail, please check the panic at the server side] the message" types *kerrors.DetailedError *remote.TransError *thrift.ApplicationException is ErrRemoteOrNetwork kind "remote or network error" trans 6 type 6 kitex true timeout false, backward map["failing":"PANIC"], then 3, ok`,
	"ttheader/fail middleware_panic_before":    `"", error "remote or network error: default codec read failed: EOF peer close" types *kerrors.DetailedError *perrors.protocolException *netpoll.exception syscall.Errno is ErrRemoteOrNetwork kind "remote or network error" kitex true timeout false, backward nil, then 3, ok`,
	"ttheader/own middleware panic before":     `"", error "KITEX: client panic, to_service=contract.callee to_method=Fail error=the caller's middleware" types *errors.errorString kitex false timeout false, then 3, ok`,
	"ttheader/meta values":                     `&{Persistent:map["PERSISTENT":"p" "lower-case_key":"l"] Transient:map["PERSISTENT":"t too" "TRANSIENT":"t"] Caller:"contract.caller" Method:"Meta" }, ok, backward map["BACK":"b" "EMPTY":"" "back_2":"é"], own persistent map["PERSISTENT":"p" "lower-case_key":"l"], own transient map["PERSISTENT":"t too" "TRANSIENT":"t"]`,
}

// TestMergedIsSeparate runs the same caller and callee as two processes and in
// one, and compares what the caller prints.
func TestMergedIsSeparate(t *testing.T) {
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	args := flag.Args()
	if len(args) == 0 || len(args)%4 != 0 {
		t.Fatalf("arguments are %q, want a pair's name and three binaries, repeatedly", args)
	}
	for ; len(args) > 0; args = args[4:] {
		pair, caller, callee, merged := args[0], args[1], args[2], args[3]
		t.Run(pair, func(t *testing.T) {
			want := run(t, caller, serve(t, callee))
			checkFacts(t, want)

			// The merged callee does not listen: these calls are inline.
			t.Run("alone", func(t *testing.T) {
				got := run(t, merged, freeAddr(t))
				checkFacts(t, got)
				compare(t, got, want, true)
			})
			// Calls that are not inline get their answer from elsewhere. So
			// may any call until the merged callee has started.
			t.Run("beside_a_server", func(t *testing.T) {
				got := run(t, merged, serve(t, callee))
				compare(t, onlyByRPC(got), onlyByRPC(want), false)
			})
		})
	}
}

// serve runs the callee and returns its address, where it listens. The callee
// must live until the test ends.
func serve(t *testing.T, callee string) string {
	t.Helper()
	addr := freeAddr(t)
	cmd := command(t, callee, addr)
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		select {
		case err := <-exited:
			t.Errorf("the callee did not live on: %v\n%s", err, log.String())
		default:
			cmd.Process.Kill()
			<-exited
		}
	})
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return addr
		}
		if time.Since(start) > 10*time.Second {
			t.Fatalf("the callee does not listen: %v", err)
		}
	}
}

// run returns the lines that a binary prints, which ends by itself.
func run(t *testing.T, binary, addr string) []line {
	t.Helper()
	var log bytes.Buffer
	cmd := command(t, binary, addr)
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", binary, err, out, log.String())
	}
	return lines(t, string(out))
}

func command(t *testing.T, binary, addr string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(os.Environ(), "CONTRACT_ADDR="+addr)
	return cmd
}

// freeAddr returns an address that nobody listens at.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

type line struct{ name, text string }

func lines(t *testing.T, out string) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(out) {
		name, rest, ok := strings.Cut(strings.TrimSuffix(text, "\n"), ": ")
		if !ok {
			t.Fatalf("not a line of a case: %q", text)
		}
		all = append(all, line{name, rest})
	}
	return all
}

// caseName returns the name without the transport.
func (l line) caseName() string {
	_, name, _ := strings.Cut(l.name, "/")
	return name
}

func onlyByRPC(all []line) []line {
	return slices.DeleteFunc(slices.Clone(all), func(l line) bool { return !slices.Contains(byRPC, l.caseName()) })
}

func checkFacts(t *testing.T, got []line) {
	t.Helper()
	texts := make(map[string]string)
	for _, l := range got {
		texts[l.name] = l.text
	}
	for name, want := range facts {
		if texts[name] != want {
			t.Errorf("%s:\n got %s\nwant %s", name, texts[name], want)
		}
	}
}

// compare compares what is merged with what is separate. If alone, there is
// nobody for the calls that are not inline.
func compare(t *testing.T, got, want []line, alone bool) {
	t.Helper()
	if len(want) == 0 || len(got) != len(want) {
		t.Fatalf("merged prints %d lines, separate %d", len(got), len(want))
	}
	for i := range want {
		if got[i].name != want[i].name {
			t.Fatalf("line %d is of %s, want %s", i+1, got[i].name, want[i].name)
		}
		name := want[i].caseName()
		expected := want[i].text
		if alone && slices.Contains(byRPC, name) {
			expected = refused
		}
		if got[i].text != expected {
			t.Errorf("%s:\n got %s\nwant %s", want[i].name, got[i].text, expected)
		}
	}
}
