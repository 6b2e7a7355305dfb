// Package main is a service that uses what it has of its own of the standard
// library, in one binary with another that does the same.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"encoding/gob"
	"errors"
	"expvar"
	"flag"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"os"
	"os/exec"
	"runtime/trace"
	"strings"
	"syscall"
	"time"

	"archive/zip"
)

const name = "@NAME@"

func main() {
	// Each of these panics if another service has done it in the same registry.
	flag.String("name", name, "")
	expvar.NewString("name").Set(name)
	sql.Register("driver", sqlDriver{})
	http.HandleFunc("/name", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, name, " ", r.Proto) })
	gob.RegisterName("message", message{})
	if err := rpc.RegisterName("Names", &names{}); err != nil {
		panic(err)
	}
	image.RegisterFormat(name, name, nil, nil)

	report("environment", os.Getenv("GREETING"))
	report("flag", flag.Lookup("name").Value)
	report("expvar", expvar.Get("name"))
	overHTTP()
	overGob()
	overRPC()
	logs()

	_, err := sql.Open("driver", "")
	report("sql", sql.Drivers(), err)

	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	entry, _ := w.Create(name)
	io.WriteString(entry, name)
	w.Close()
	r, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		panic(err)
	}
	report("zip", len(r.File), r.File[0].Name)

	// The first service takes a trace, which the other one cannot stop.
	if trace.Start(io.Discard) != nil {
		trace.Stop()
	}
	report("trace", trace.IsEnabled())

	os.Setenv("NAME", name)
	out, err := exec.Command("/bin/sh", "-c", "echo $NAME").CombinedOutput()
	report("exec", strings.TrimSpace(string(out)), err)
	_, err = exec.LookPath("no such program")
	report("exec", errors.Is(err, exec.ErrNotFound))
	report("chroot", syscall.Chroot("."))
}

func report(what string, values ...any) { fmt.Println(append([]any{name, what}, values...)...) }

func overHTTP() {
	server := httptest.NewUnstartedServer(http.DefaultServeMux)
	server.Start()
	get("http/1.1", server.Client(), server.URL)
	server.Close()

	server = httptest.NewUnstartedServer(http.DefaultServeMux)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate()}, NextProtos: []string{"h2"}}
	server.StartTLS()
	defer server.Close()
	get("http/2", server.Client(), server.URL)

	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	_, err := server.Client().Do(request)
	var timeout net.Error
	report("http/2", errors.As(err, &timeout) && timeout.Timeout())
	pulled(server.Client().Transport.(*http.Transport))
}

func get(what string, client *http.Client, url string) {
	if t, ok := client.Transport.(*http.Transport); ok && t.TLSClientConfig != nil {
		t.TLSClientConfig.InsecureSkipVerify = true
	}
	response, err := client.Get(url + "/name")
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	report(what, string(body), err)
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

type message struct{ Name string }

func overGob() {
	var buf bytes.Buffer
	var in any = message{name}
	if err := gob.NewEncoder(&buf).Encode(&in); err != nil {
		panic(err)
	}
	var out any
	if err := gob.NewDecoder(&buf).Decode(&out); err != nil {
		panic(err)
	}
	report("gob", out.(message).Name)

	// A type's own name has no namespace on the wire.
	gob.Register(other{})
	in = other{name}
	buf.Reset()
	if err := gob.NewEncoder(&buf).Encode(&in); err != nil {
		panic(err)
	}
	report("gob", bytes.Contains(buf.Bytes(), []byte("main.other")), bytes.Contains(buf.Bytes(), []byte(name+"/")))
}

type other struct{ Name string }

type names struct{}

func (*names) Get(_ int, reply *string) error {
	*reply = name
	return nil
}

func overRPC() {
	client, server := net.Pipe()
	go rpc.ServeConn(server)
	c := rpc.NewClient(client)
	defer c.Close()
	var reply string
	err := c.Call("Names.Get", 1, &reply)
	report("rpc", reply, err)
}

func logs() {
	var buf bytes.Buffer
	log.SetOutput(&buf)
	log.SetFlags(0)
	log.Print("log of " + name)
	slog.Info("slog of " + name)
	report("log", strings.Count(buf.String(), name), strings.Count(buf.String(), "\n"))
}

type sqlDriver struct{}

func (sqlDriver) Open(string) (driver.Conn, error) { return nil, errors.New(name) }
