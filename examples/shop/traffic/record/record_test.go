package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestExports has the files in the folder above as exports of the run there.
func TestExports(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	run, err := readRun(read(runName))
	if err != nil {
		t.Fatal(err)
	}
	written, err := writeRun(run)
	if err != nil || !bytes.Equal(written, read(runName)) {
		t.Errorf("%s is not as it is written (%v)", runName, err)
	}
	exports := files(run)
	if len(exports) != 6 {
		t.Errorf("%d exports", len(exports))
	}
	for name, want := range exports {
		if !bytes.Equal(read(name), want) {
			t.Errorf("%s is not what the program writes; run it in the folder above", name)
		}
	}
}

// TestParents has a call that begins after its caller has answered.
func TestParents(t *testing.T) {
	r := newRecording([]request{{Trace: "1", Name: "GET /", Calls: []call{
		{Caller: "api", Callee: "item", Method: "GetItem", Start: 1, End: 4},
		{Caller: "item", Callee: "stock", Method: "GetStock", Start: 2, End: 3},
		{Caller: "item", Callee: "stock", Method: "NoteView", Start: 5, End: 5},
		{Caller: "api", Callee: "stock", Method: "GetStock", Start: 6, End: 7},
	}}})
	names := make(map[string]string)
	var got []string
	for _, s := range r.spans {
		names[s.id] = s.service + " " + s.kind
		got = append(got, names[s.id]+" in "+names[s.parent])
	}
	want := []string{
		"api server in ", "api client in api server", "item server in api client", "item client in item server", "stock server in item client",
		"item client in item server", "stock server in item client", "api client in api server", "stock server in api client",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// message returns a frame as Kitex writes it.
func message(sequence uint32, ints map[uint16]string, texts map[string]string, payload string) []byte {
	info := []byte{0, 1, 7} // protocol, and one transform
	text := func(s string) {
		info = binary.BigEndian.AppendUint16(info, uint16(len(s)))
		info = append(info, s...)
	}
	info = append(info, infoTokens)
	text("token")
	info = append(info, infoTexts)
	info = binary.BigEndian.AppendUint16(info, uint16(len(texts)))
	for key, value := range texts {
		text(key)
		text(value)
	}
	info = append(info, infoInts)
	info = binary.BigEndian.AppendUint16(info, uint16(len(ints)))
	for key, value := range ints {
		info = binary.BigEndian.AppendUint16(info, key)
		text(value)
	}
	for len(info)%4 != 0 {
		info = append(info, 0)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(fixed-4+len(info)+len(payload)))
	b = append(b, ttheader>>8, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, sequence)
	b = binary.BigEndian.AppendUint16(b, uint16(len(info)/4))
	return append(append(b, info...), payload...)
}

func TestReadFrame(t *testing.T) {
	one := message(7, map[uint16]string{toMethod: "GetStock", fromService: "item"}, map[string]string{requestID: "r1"}, "payload")
	r := bufio.NewReader(bytes.NewReader(append(one, message(8, nil, nil, "")...)))
	f, err := readFrame(r)
	if err != nil || f.sequence != 7 || f.ints[toMethod] != "GetStock" || f.ints[fromService] != "item" || f.texts[requestID] != "r1" || !bytes.Equal(f.bytes, one) {
		t.Errorf("got %+v, %v", f, err)
	}
	if f, err := readFrame(r); err != nil || f.sequence != 8 {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := readFrame(r); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	short := message(7, nil, nil, "")
	short[13] = 0 // no header
	long := message(7, nil, nil, "")
	long[13] = 200
	other := message(7, nil, nil, "")
	other[4] = 0x20
	kind := message(7, nil, nil, "")
	kind[fixed+3] = 9
	for want, data := range map[string][]byte{
		"unexpected EOF":       one[:20],
		"is not of TTHeader":   []byte("HTTP/1.1 400"),
		"longer than its":      long,
		"ends within":          short,
		"begins with 2000":     other,
		"information of kind ": kind,
	} {
		if f, err := readFrame(bufio.NewReader(bytes.NewReader(data))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v", data, f, err)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(message(7, map[uint16]string{toMethod: "GetStock"}, map[string]string{requestID: "r1"}, "payload"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if frame, err := readFrame(bufio.NewReader(bytes.NewReader(data))); err == nil && !bytes.HasPrefix(data, frame.bytes) {
			t.Errorf("%q is read as %q", data, frame.bytes)
		}
	})
}

// TestTap sends calls through a tap to a service that answers in another order.
func TestTap(t *testing.T) {
	service, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	go func() {
		conn, err := service.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		var answers []byte
		for range 3 {
			f, err := readFrame(r)
			if err != nil {
				return
			}
			if f.ints[messageType] != oneway {
				answers = append(message(f.sequence, nil, nil, f.ints[toMethod]), answers...)
			}
		}
		conn.Write(answers)
	}()
	notes := make(chan noted, 3)
	failed := make(chan error, 1)
	tap, err := newTap(time.Now(), func(id string, c call) { notes <- noted{id, c} }, func(err error) { failed <- err })
	if err != nil {
		t.Fatal(err)
	}
	defer tap.close()
	tap.forwardTo(service.Addr().String())
	client, err := net.Dial("tcp", tap.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i, method := range []string{"GetStock", "Reserve", "NoteView"} {
		ints := map[uint16]string{fromService: "item", toService: "stock", toMethod: method}
		if method == "NoteView" {
			ints[messageType] = oneway
		}
		if _, err := client.Write(message(uint32(i), ints, map[string]string{requestID: "r", rpcService: "StockService"}, "")); err != nil {
			t.Fatal(err)
		}
	}
	r := bufio.NewReader(client)
	for range 2 {
		if _, err := readFrame(r); err != nil {
			t.Fatal(err)
		}
	}
	var order []string
	for range 3 {
		n := <-notes
		order = append(order, n.Method)
		if n.id != "r" || n.Caller != "item" || n.Callee != "stock" || n.RPCService != "StockService" || n.Request == 0 || (n.Response > 0) != (n.Method != "NoteView") || n.End < n.Start {
			t.Errorf("got %+v", n)
		}
	}
	if want := []string{"NoteView", "Reserve", "GetStock"}; !reflect.DeepEqual(order, want) {
		t.Errorf("got %q, want %q", order, want)
	}
	select {
	case err := <-failed:
		t.Error(err)
	default:
	}
}
