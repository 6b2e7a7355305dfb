package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

var files = []way{
	{"os.Mkdir", func() (any, error) { return no(os.Mkdir("data", 0o777)) }},
	{"os.Mkdir again", func() (any, error) { return no(os.Mkdir("data", 0o777)) }},
	{"os.MkdirAll", func() (any, error) { return no(os.MkdirAll("data/a/b", 0o777)) }},
	{"os.WriteFile", func() (any, error) { return no(written("data/state")) }},
	{"os.MkdirAll below a file", func() (any, error) { return no(os.MkdirAll("data/state/b", 0o777)) }},
	{"os.ReadFile", func() (any, error) { return read("data/state") }},
	{"os.ReadFile of nothing", func() (any, error) { return read("data/none") }},
	{"os.ReadFile without a name", func() (any, error) { return read("") }},
	{"os.Create", func() (any, error) {
		f, err := os.Create("data/created")
		if err == nil {
			f.WriteString("by " + service)
			f.Close()
		}
		return no(err)
	}},
	{"os.Open", func() (any, error) {
		f, err := os.Open("./data/created")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		data := make([]byte, 10)
		n, err := f.Read(data)
		return string(data[:n]), err
	}},
	{"os.OpenFile", func() (any, error) {
		f, err := os.OpenFile("data/state", os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			f.WriteString(", more")
			f.Close()
		}
		return read("data/state")
	}},
	{"os.OpenFile of nothing", func() (any, error) { _, err := os.OpenFile("none", os.O_RDWR, 0); return no(err) }},
	{"os.ReadDir", func() (any, error) { return names("data") }},
	{"os.ReadDir of the folder", func() (any, error) { return names(".") }},
	{"os.ReadDir of nothing", func() (any, error) { return names("none") }},
	{"File.Readdir", func() (any, error) {
		f, err := os.Open("data/a")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		infos, err := f.Readdir(-1)
		if err != nil {
			return nil, err
		}
		return infos[0].Name(), nil
	}},
	{"os.Stat", func() (any, error) {
		info, err := os.Stat("data/created")
		if err != nil {
			return nil, err
		}
		return []any{info.Name(), info.Size()}, nil
	}},
	{"os.Stat of the folder", func() (any, error) {
		info, err := os.Stat(".")
		if err != nil {
			return nil, err
		}
		return info.Name(), nil
	}},
	{"os.Stat of nothing", func() (any, error) { _, err := os.Stat("none/../data"); return no(err) }},
	{"os.Lstat of nothing", func() (any, error) { _, err := os.Lstat("none"); return no(err) }},
	{"os.Truncate", func() (any, error) {
		if err := os.Truncate("data/created", 2); err != nil {
			return nil, err
		}
		return read("data/created")
	}},
	{"os.Chmod", func() (any, error) {
		if err := os.Chmod("data/created", 0o600); err != nil {
			return nil, err
		}
		info, err := os.Stat("data/created")
		return info.Mode(), err
	}},
	{"os.Chtimes", func() (any, error) {
		if err := os.Chtimes("data/created", time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			return nil, err
		}
		info, err := os.Stat("data/created")
		return info.ModTime().Unix(), err
	}},
	{"os.Chown", func() (any, error) { return no(os.Chown("data/created", -1, -1)) }},
	{"os.Chown of nothing", func() (any, error) { return no(os.Chown("none", -1, -1)) }},
	{"os.Lchown", func() (any, error) { return no(os.Lchown("data/created", -1, -1)) }},
	{"os.CreateTemp", func() (any, error) {
		f, err := os.CreateTemp("data/a", "temp")
		if err != nil {
			return nil, err
		}
		defer os.Remove(f.Name())
		f.WriteString(service)
		f.Close()
		found, err := filepath.Glob("data/a/temp*")
		if len(found) != 1 {
			return found, err
		}
		return read(found[0])
	}},
	{"os.CreateTemp in nothing", func() (any, error) {
		_, err := os.CreateTemp("none", "temp")
		return no(withoutNumber(err))
	}},
	{"os.MkdirTemp", func() (any, error) {
		dir, err := os.MkdirTemp("data", "temp-*-dir")
		if err != nil {
			return nil, err
		}
		return []any{filepath.Dir(dir), filepath.IsAbs(dir)}, os.Remove(dir)
	}},
	{"os.TempDir", func() (any, error) {
		os.Setenv("TMPDIR", "data/a")
		defer os.Unsetenv("TMPDIR")
		dir, err := os.MkdirTemp("", "temp")
		if err != nil {
			return nil, err
		}
		return filepath.Dir(dir), os.Remove(dir)
	}},
	{"os.DirFS", func() (any, error) {
		f, err := os.DirFS("data").Open("state")
		if err == nil {
			f.Close()
		}
		return no(err)
	}},
	{"os.DirFS of nothing", func() (any, error) { _, err := os.DirFS("data").Open("none"); return no(err) }},
	{"os.CopyFS", func() (any, error) {
		if err := os.CopyFS("copy", os.DirFS("data/a")); err != nil {
			return nil, err
		}
		return names("copy")
	}},
	{"os.OpenRoot", func() (any, error) {
		root, err := os.OpenRoot("data")
		if err != nil {
			return nil, err
		}
		defer root.Close()
		data, err := root.ReadFile("state")
		return string(data), err
	}},
	{"os.OpenInRoot of nothing", func() (any, error) { _, err := os.OpenInRoot("none", "state"); return no(err) }},
	{"os.RemoveAll", func() (any, error) { return no(os.RemoveAll("copy")) }},
	{"os.Remove", func() (any, error) { return no(os.Remove("data/a/b")) }},
	{"os.Remove of nothing", func() (any, error) { return no(os.Remove("data/a/b")) }},
}

var links = []way{
	{"os.Rename", func() (any, error) {
		if err := os.Rename("data/created", "data/renamed"); err != nil {
			return nil, err
		}
		return read("data/renamed")
	}},
	{"os.Rename of nothing", func() (any, error) { return no(os.Rename("data/none", "data/other")) }},
	{"os.Link", func() (any, error) {
		if err := os.Link("data/renamed", "linked"); err != nil {
			return nil, err
		}
		return read("linked")
	}},
	{"os.Link again", func() (any, error) { return no(os.Link("data/renamed", "linked")) }},
	{"os.Symlink", func() (any, error) {
		// What it says begins where it is.
		if err := os.Symlink("../linked", "data/symlink"); err != nil {
			return nil, err
		}
		return read("data/symlink")
	}},
	{"os.Symlink again", func() (any, error) { return no(os.Symlink("../linked", "data/symlink")) }},
	{"os.Readlink", func() (any, error) { return os.Readlink("data/symlink") }},
	{"os.Readlink of nothing", func() (any, error) { return os.Readlink("data/none") }},
	{"os.Lstat", func() (any, error) {
		info, err := os.Lstat("data/symlink")
		if err != nil {
			return nil, err
		}
		return info.Mode()&os.ModeSymlink != 0, nil
	}},
	{"behind a symbolic link", func() (any, error) {
		if err := os.MkdirAll("far/away", 0o777); err != nil {
			return nil, err
		}
		if err := os.Symlink("far/away", "near"); err != nil {
			return nil, err
		}
		if err := written("far/here"); err != nil {
			return nil, err
		}
		return read("near/../here")
	}},
}

// withoutNumber takes what is random out of an error's text.
func withoutNumber(err error) error {
	if e, ok := err.(*os.PathError); ok {
		e.Path = strings.TrimRight(e.Path, "0123456789")
	}
	return err
}
