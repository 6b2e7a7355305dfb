package main

import (
	"archive/zip"
	"crypto/tls"
	htmltemplate "html/template"
	"io/fs"
	"io/ioutil"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

var packages = []way{
	{"filepath.Abs", func() (any, error) { return filepath.Abs("data/../x") }},
	{"filepath.EvalSymlinks", func() (any, error) { return filepath.EvalSymlinks("near/../here") }},
	{"filepath.Glob", func() (any, error) { return filepath.Glob("data/*") }},
	{"filepath.WalkDir", func() (any, error) {
		var all []string
		err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
			if err == nil {
				_, err = d.Info()
			}
			all = append(all, path)
			return err
		})
		return all, err
	}},
	{"filepath.Walk of nothing", func() (any, error) {
		return no(filepath.Walk("none", func(_ string, _ fs.FileInfo, err error) error { return err }))
	}},
	{"ioutil.ReadFile", func() (any, error) { data, err := ioutil.ReadFile("linked"); return string(data), err }},
	{"http.Dir", func() (any, error) {
		w := httptest.NewRecorder()
		http.FileServer(http.Dir("data")).ServeHTTP(w, httptest.NewRequest("GET", "/state", nil))
		return w.Body.String(), nil
	}},
	{"http.ServeFile", func() (any, error) {
		w := httptest.NewRecorder()
		http.ServeFile(w, httptest.NewRequest("GET", "/state", nil), "data/state")
		return w.Body.String(), nil
	}},
	{"zip.OpenReader of nothing", func() (any, error) { _, err := zip.OpenReader("data/none"); return no(err) }},
	{"tls.LoadX509KeyPair of nothing", func() (any, error) { _, err := tls.LoadX509KeyPair("data/none", "data/key"); return no(err) }},
	{"tls.LoadX509KeyPair without a key", func() (any, error) { _, err := tls.LoadX509KeyPair("data/state", "data/key"); return no(err) }},
	{"template.ParseFiles", func() (any, error) {
		t, err := template.New("").ParseFiles("data/state")
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		err = t.ExecuteTemplate(&b, "state", nil)
		return b.String(), err
	}},
	{"html/template.ParseGlob", func() (any, error) {
		t, err := htmltemplate.ParseGlob("data/stat*")
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		err = t.ExecuteTemplate(&b, "state", nil)
		return b.String(), err
	}},
}

// run returns what a program prints.
func run(cmd *exec.Cmd) (any, error) {
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

var programs = []way{
	{"a script", func() (any, error) {
		return no(os.WriteFile("data/tool", []byte("#!/bin/sh\necho "+service+" in $(pwd) and $PWD: $(cat data/state state 2>/dev/null)\n"), 0o777))
	}},
	{"exec.Command", func() (any, error) { return run(exec.Command("data/tool")) }},
	{"exec.Command of nothing", func() (any, error) { return run(exec.Command("data/none")) }},
	{"exec.Command in a folder", func() (any, error) {
		cmd := exec.Command("./tool")
		cmd.Dir = "data"
		return run(cmd)
	}},
	{"exec.Command in no folder", func() (any, error) {
		cmd := exec.Command("/bin/pwd")
		cmd.Dir = "none"
		return run(cmd)
	}},
	{"exec.Command by PATH", func() (any, error) {
		os.Setenv("PATH", "data:"+os.Getenv("PATH"))
		_, err := exec.LookPath("tool")
		return no(err)
	}},
	{"os.StartProcess", func() (any, error) {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		p, err := os.StartProcess("data/tool", []string{"tool"}, &os.ProcAttr{Files: []*os.File{nil, w, w}})
		w.Close()
		if err != nil {
			return nil, err
		}
		out, err := ioutil.ReadAll(r)
		p.Wait()
		return strings.TrimSpace(string(out)), err
	}},
	{"os.StartProcess of nothing", func() (any, error) {
		_, err := os.StartProcess("data/none", []string{"none"}, &os.ProcAttr{})
		return no(err)
	}},
}

// talk dials an address, at which the service listens, and says what it hears.
func talk(listener net.Listener, err error, dial func() (net.Conn, error)) (any, error) {
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.Write([]byte("of " + service))
			conn.Close()
		}
	}()
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	data, err := ioutil.ReadAll(conn)
	return string(data), err
}

var sockets = []way{
	{"net.Listen and Dial", func() (any, error) {
		l, err := net.Listen("unix", "s1")
		return talk(l, err, func() (net.Conn, error) { return net.Dial("unix", "s1") })
	}},
	{"net.ListenUnix and DialUnix", func() (any, error) {
		addr := &net.UnixAddr{Name: "./s2", Net: "unix"}
		l, err := net.ListenUnix("unix", addr)
		return talk(l, err, func() (net.Conn, error) { return net.DialUnix("unix", nil, addr) })
	}},
	{"net.ListenUnixgram", func() (any, error) {
		l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "s3", Net: "unixgram"})
		if err != nil {
			return nil, err
		}
		defer l.Close()
		conn, err := (&net.Dialer{LocalAddr: &net.UnixAddr{Name: "s4", Net: "unixgram"}}).Dial("unixgram", "s3")
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		conn.Write([]byte("of " + service))
		data := make([]byte, 10)
		n, from, err := l.ReadFrom(data)
		if err != nil {
			return nil, err
		}
		return string(data[:n]) + " from " + filepath.Base(from.String()), nil
	}},
	{"net.Listen in no folder", func() (any, error) { _, err := net.Listen("unix", "none/s"); return no(err) }},
	{"net.ListenPacket in no folder", func() (any, error) { _, err := net.ListenPacket("unixgram", "none/s"); return no(err) }},
	{"net.ListenUnix in no folder", func() (any, error) {
		_, err := net.ListenUnix("unix", &net.UnixAddr{Name: "none/s", Net: "unix"})
		return no(err)
	}},
	{"net.Dial of nothing", func() (any, error) { _, err := net.Dial("unix", "none"); return no(err) }},
	{"net.DialUnix of nothing", func() (any, error) {
		_, err := net.DialUnix("unixgram", &net.UnixAddr{Name: "s5", Net: "unixgram"}, &net.UnixAddr{Name: "none", Net: "unixgram"})
		return no(err)
	}},
	{"net.Dialer of nothing", func() (any, error) {
		os.Remove("s5")
		_, err := (&net.Dialer{LocalAddr: &net.UnixAddr{Name: "s5", Net: "unixgram"}}).Dial("unixgram", "none")
		return no(err)
	}},
	{"textproto.Dial of nothing", func() (any, error) { _, err := textproto.Dial("unix", "none"); return no(err) }},
	{"textproto.Dial", func() (any, error) {
		l, err := net.Listen("unix", "s6")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		conn, err := textproto.Dial("unix", "s6")
		if err == nil {
			conn.Close()
		}
		return no(err)
	}},
	{"tls.Dial of nothing", func() (any, error) {
		_, err := tls.Dial("unix", "none", &tls.Config{InsecureSkipVerify: true})
		return no(err)
	}},
	{"tls.Listen in no folder", func() (any, error) {
		_, err := tls.Listen("unix", "none/s", &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }})
		return no(err)
	}},
	{"left", func() (any, error) { return filepath.Glob("s*") }},
}
