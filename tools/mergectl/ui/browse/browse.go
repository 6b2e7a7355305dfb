// Package browse opens addresses with secrets in the user's browser.
package browse

import (
	"errors"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pkg/browser"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={{.}}">
<title>mergectl</title>
</head>
<body><p><a href="{{.}}">Open the pages of mergectl</a></p></body>
</html>
`))

// Open opens an address in the browser of the user's desktop. All users see the command
// lines of processes, so it opens a file that only this user can read, and that leads to
// the address. The file is there until done is called. Some desktops take until the
// browser is closed, so whether it was opened is said later.
func Open(url string) (opened <-chan error, done func()) {
	result := make(chan error, 1)
	if !desktop(runtime.GOOS, os.Getenv) {
		result <- errors.New("there is no desktop to open a browser on")
		return result, func() {}
	}
	file, done, err := write(url)
	if err != nil {
		result <- err
		return result, done
	}
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	go func() { result <- browser.OpenFile(file) }()
	return result, done
}

// desktop reports whether there may be a browser with a window. In a terminal, browsers
// would take that over.
func desktop(goos string, getenv func(string) string) bool {
	if goos == "darwin" || goos == "windows" {
		return true
	}
	return getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}

// write writes a file that leads to an address, in a folder that others cannot look into.
func write(url string) (name string, done func(), err error) {
	dir, err := os.MkdirTemp("", "mergectl-ui-")
	if err != nil {
		return "", func() {}, err
	}
	done = func() { os.RemoveAll(dir) }
	name = filepath.Join(dir, "open.html")
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", done, err
	}
	return name, done, errors.Join(page.Execute(file, url), file.Close())
}
