// Package web registers handlers under well-known paths and changes the
// defaults of package net/http.
package web

import (
	"bytes"
	"expvar"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	_ "net/http/pprof"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

var requests = expvar.NewInt("requests")

func init() {
	// It is read once, and does not apply to this host.
	show.Must(os.Setenv("HTTP_PROXY", "http://proxy.of."+os.Getenv("SERVICE")))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		fmt.Fprintf(w, "%s serves %s", os.Getenv("SERVICE"), r.URL.Path)
	})
}

type tagger struct{ http.RoundTripper }

func (t tagger) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Path += "/tagged-by-" + os.Getenv("SERVICE")
	return t.RoundTripper.RoundTrip(r)
}

// Run serves the default mux on a listener and calls it with the default
// client.
func Run() {
	listener := show.MustGet(net.Listen("tcp", "127.0.0.1:0"))
	go http.Serve(listener, nil)
	server := &http.Server{} // its handler is the default mux, too
	second := show.MustGet(net.Listen("tcp", "127.0.0.1:0"))
	go server.Serve(second)

	get := func(l net.Listener, path string) string {
		response := show.MustGet(http.Get("http://" + l.Addr().String() + path))
		defer response.Body.Close()
		return string(show.MustGet(io.ReadAll(response.Body)))
	}
	show.Line("first", get(listener, "/a"))
	show.Line("second", get(second, "/b"))

	// Clients without a transport use the default one.
	http.DefaultTransport = tagger{http.DefaultTransport}
	show.Line("by another transport", get(listener, "/c"))
	client := &http.Client{}
	response := show.MustGet(client.Get("http://" + listener.Addr().String() + "/d"))
	show.Line("by another client", string(show.MustGet(io.ReadAll(response.Body))))
	http.DefaultTransport = http.DefaultTransport.(tagger).RoundTripper

	show.Line("requests", requests, expvar.Get("requests"))
	show.Line("expvar has it", strings.Contains(get(listener, "/debug/vars"), `"requests": 4`))
	show.Line("command line", strings.Split(get(listener, "/debug/pprof/cmdline"), "\x00")[1:])

	recorder := httptest.NewRecorder()
	http.DefaultServeMux.ServeHTTP(recorder, httptest.NewRequest("GET", "/recorded", nil))
	show.Line("recorded", recorder.Body)

	upload()

	show.Line("proxy", show.MustGet(http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "http", Host: "example.com"}})))
}

// upload receives a file that is too large for memory, in the folder for temporary
// files that the service has set.
func upload() {
	dir := show.MustGet(os.MkdirTemp("", "upload"))
	defer os.RemoveAll(dir)
	before, set := os.LookupEnv("TMPDIR")
	show.Must(os.Setenv("TMPDIR", dir))
	defer func() {
		if set {
			show.Must(os.Setenv("TMPDIR", before))
		} else {
			show.Must(os.Unsetenv("TMPDIR"))
		}
	}()

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part := show.MustGet(form.CreateFormFile("file", "name"))
	show.MustGet(part.Write(make([]byte, 1<<10)))
	show.Must(form.Close())
	request := httptest.NewRequest("POST", "/upload", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	show.Must(request.ParseMultipartForm(1))
	defer request.MultipartForm.RemoveAll()
	file := show.MustGet(request.MultipartForm.File["file"][0].Open())
	defer file.Close()
	show.Line("temporary file", filepath.Dir(file.(*os.File).Name()) == dir)
}
