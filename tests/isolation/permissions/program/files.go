package main

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"io/ioutil"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing/fstest"
	"time"
)

// The test has made the files and folders a, b, ... for ways that change them.
var files = []way{
	{"os.Open", func(dir, _ string) error { return closed(os.Open(dir + "/a")) }},
	{"os.OpenFile to read", func(dir, _ string) error { return closed(os.OpenFile(dir+"/a", os.O_RDONLY, 0)) }},
	{"os.OpenFile to write", func(dir, _ string) error { return closed(os.OpenFile(dir+"/a", os.O_RDWR, 0)) }},
	{"os.OpenFile to truncate", func(dir, _ string) error { return closed(os.OpenFile(dir+"/b", os.O_RDONLY|os.O_TRUNC, 0)) }},
	{"os.OpenInRoot", func(dir, _ string) error { return closed(os.OpenInRoot(dir, "a")) }},
	{"os.OpenRoot", func(dir, _ string) error {
		root, err := os.OpenRoot(dir)
		if err == nil {
			root.Close()
		}
		return err
	}},
	{"os.ReadFile", func(dir, _ string) error { _, err := os.ReadFile(dir + "/a"); return err }},
	{"os.ReadDir", func(dir, _ string) error { _, err := os.ReadDir(dir); return err }},
	{"os.DirFS", func(dir, _ string) error { _, err := fs.ReadFile(os.DirFS(dir), "a"); return err }},
	{"os.IsPermission", func(dir, _ string) error {
		_, err := os.ReadFile(dir + "/a")
		if err != nil && !os.IsPermission(err) {
			return errors.New("is not an error of permissions")
		}
		return err
	}},
	{"ioutil.ReadFile", func(dir, _ string) error { _, err := ioutil.ReadFile(dir + "/a"); return err }},
	{"filepath.Walk", func(dir, _ string) error {
		return filepath.Walk(dir, func(_ string, _ fs.FileInfo, err error) error { return err })
	}},
	{"http.Dir", func(dir, _ string) error { return closed(http.Dir(dir).Open("a")) }},
	{"http.ServeFile", func(dir, _ string) error {
		w := httptest.NewRecorder()
		http.ServeFile(w, httptest.NewRequest("GET", "/a", nil), dir+"/a")
		if w.Code == http.StatusForbidden {
			return fs.ErrPermission
		}
		return nil
	}},
	{"tls.LoadX509KeyPair", func(dir, _ string) error {
		_, err := tls.LoadX509KeyPair(dir+"/a", dir+"/a")
		if err != nil && strings.Contains(err.Error(), "failed to find any PEM data") {
			return nil // but it was read
		}
		return err
	}},
	{"syscall.Open", func(dir, _ string) error {
		fd, err := syscall.Open(dir+"/a", syscall.O_RDONLY, 0)
		if err == nil {
			syscall.Close(fd)
		}
		return err
	}},

	{"os.Create", func(dir, _ string) error { return closed(os.Create(dir + "/created")) }},
	{"os.WriteFile", func(dir, _ string) error { return os.WriteFile(dir+"/written", nil, 0o666) }},
	{"os.CreateTemp", func(dir, _ string) error { return closed(os.CreateTemp(dir, "temp")) }},
	{"os.MkdirTemp", func(dir, _ string) error { _, err := os.MkdirTemp(dir, "temp-*-dir"); return err }},
	{"os.Mkdir", func(dir, _ string) error { return os.Mkdir(dir+"/made", 0o777) }},
	{"os.MkdirAll", func(dir, _ string) error { return os.MkdirAll(dir+"/x/y", 0o777) }},
	{"os.Truncate", func(dir, _ string) error { return os.Truncate(dir+"/b", 0) }},
	{"os.Chmod", func(dir, _ string) error { return os.Chmod(dir+"/b", 0o600) }},
	{"os.Chown", func(dir, _ string) error { return os.Chown(dir+"/b", -1, -1) }},
	{"os.Lchown", func(dir, _ string) error { return os.Lchown(dir+"/b", -1, -1) }},
	{"os.Chtimes", func(dir, _ string) error { return os.Chtimes(dir+"/b", time.Time{}, time.Unix(1, 0)) }},
	{"os.Rename", func(dir, _ string) error { return os.Rename(dir+"/c", dir+"/renamed") }},
	{"os.Link", func(dir, _ string) error { return os.Link(dir+"/b", dir+"/linked") }},
	{"os.Symlink", func(dir, _ string) error { return os.Symlink("b", dir+"/symlink") }},
	{"os.CopyFS", func(dir, _ string) error { return os.CopyFS(dir+"/copy", fstest.MapFS{"f": {}}) }},
	{"os.Remove", func(dir, _ string) error { return os.Remove(dir + "/d") }},
	{"os.RemoveAll", func(dir, _ string) error { return os.RemoveAll(dir + "/e") }},
	{"syscall.Mkdir", func(dir, _ string) error { return syscall.Mkdir(dir+"/f", 0o777) }},
	{"syscall.Rmdir", func(dir, _ string) error { return syscall.Rmdir(dir + "/empty") }},
	{"syscall.Rename", func(dir, _ string) error { return syscall.Rename(dir+"/g", dir+"/renamed2") }},
	{"syscall.Unlink", func(dir, _ string) error { return syscall.Unlink(dir + "/h") }},

	{"os.Stat, which needs no permission", func(dir, _ string) error { _, err := os.Stat(dir + "/a"); return err }},
}

func closed(f interface{ Close() error }, err error) error {
	if err == nil {
		f.Close()
	}
	return err
}

// environment are ways to variables, of which the target names one.
var environment = []way{
	{"os.Getenv", func(dir, _ string) error {
		if os.Getenv(strings.ToUpper(filepath.Base(dir))) == "" {
			return fs.ErrPermission
		}
		return nil
	}},
	{"os.Setenv", func(dir, _ string) error { return os.Setenv(strings.ToUpper(filepath.Base(dir)), "x") }},
}

// programs are ways to start programs, of which "true" is allowed.
var programs = []way{
	{"exec.Command", func(dir, _ string) error { return exec.Command(program(dir)).Run() }},
	{"os.StartProcess", func(dir, _ string) error {
		p, err := os.StartProcess(program(dir), []string{"x"}, &os.ProcAttr{})
		if err == nil {
			p.Wait()
		}
		return err
	}},
	{"syscall.ForkExec", func(dir, _ string) error {
		_, err := syscall.ForkExec(program(dir), []string{"x"}, nil)
		return err
	}},
}

func program(dir string) string {
	if filepath.Base(dir) == "allowed" {
		return "/bin/true"
	}
	return "/bin/echo"
}
