package process

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// inFolders are settings of two services, of which one has its own folder.
const inFolders = `[
	["stock", [], [], [], "", [["read", ["data/**"]], ["listen", ["unix:run/*"]]], "$DIR/stock"],
	["item", [], [], [], "", [], ""]
]`

// ownFolders returns the services of inFolders, and the folder of one of them.
func ownFolders(t *testing.T, environ ...string) (all map[string]*Process, dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir+"/stock/data", 0o777); err != nil {
		t.Fatal(err)
	}
	all, err = views(parse(inFolders, []string{"shop"}, append(environ, "STOCK__DIR="+dir), nil))
	if err != nil {
		t.Fatal(err)
	}
	return all, dir + "/stock"
}

func TestPath(t *testing.T) {
	all, dir := ownFolders(t)
	for name, want := range map[string]string{
		"data/x": dir + "/data/x", ".": dir + "/.", "a/../b": dir + "/a/../b", "data/": dir + "/data/",
		"/etc/x": "/etc/x", "": "",
	} {
		if got := all["stock"].Path(name); got != want {
			t.Errorf("stock finds %q at %q, want %q", name, got, want)
		}
		if got := all["item"].Path(name); got != name {
			t.Errorf("item finds %q at %q", name, got)
		}
	}
	for name, want := range map[string]string{"s": dir + "/s", "@s": "@s", "\x00s": "\x00s", "": ""} {
		if got := all["stock"].SocketPath(name); got != want {
			t.Errorf("stock finds socket %q at %q, want %q", name, got, want)
		}
	}
	if got, err := all["stock"].UseToDial("tcp", "localhost:80"); err != nil || got != "localhost:80" {
		t.Errorf("stock finds a port at %s, %v", got, err)
	}
	if all["item"].HasFolder() || all["item"].Folder() != "" || all["stock"].Folder() != dir {
		t.Errorf("the services have the folders %q and %q", all["item"].Folder(), all["stock"].Folder())
	}
	for _, test := range []struct{ name, in, want string }{
		{"tool", "", dir + "/tool"}, {"./tool", "data", dir + "/data/./tool"}, {"tool", "/srv", "/srv/tool"}, {"/bin/sh", "data", "/bin/sh"},
	} {
		if got, _, _, err := all["stock"].UseProgram(test.name, test.in, nil); got != test.want || err != nil {
			t.Errorf("program %s in %q is %s, %v, want %s", test.name, test.in, got, err, test.want)
		}
	}
}

func TestChdir(t *testing.T) {
	all, dir := ownFolders(t)
	stock := all["stock"]
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/file", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("data", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		to, want string
		err      error
	}{
		{"none", dir, syscall.ENOENT},
		{"", dir, syscall.ENOENT},
		{"file", dir, syscall.ENOTDIR},
		{"link", dir + "/data", nil},
		{"..", dir, nil},
		{"/", "/", nil},
		{dir, dir, nil},
	} {
		if err := stock.Chdir(step.to); err != step.err {
			t.Errorf("to %q: %v, want %v", step.to, err, step.err)
		}
		if got := stock.Folder(); got != step.want {
			t.Errorf("to %q: arrived at %s, want %s", step.to, got, step.want)
		}
	}
	stock.Chdir("/")
	if got := stock.Path("etc"); got != "/etc" {
		t.Errorf("below the root is %s", got)
	}
	if after, err := os.Getwd(); err != nil || after != before {
		t.Errorf("the process is in %s, %v, and was in %s", after, err, before)
	}
}

func TestFchdir(t *testing.T) {
	all, dir := ownFolders(t)
	open := func(name string) *os.File {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	data := open(dir + "/data")
	if err := all["stock"].Fchdir(int(data.Fd())); err != nil || all["stock"].Folder() != dir+"/data" {
		t.Errorf("%v, arrived at %s", err, all["stock"].Folder())
	}
	// Another folder has its name now.
	if err := errors.Join(os.Rename(dir+"/data", dir+"/old"), os.Mkdir(dir+"/data", 0o777), os.Remove(dir+"/old")); err != nil {
		t.Fatal(err)
	}
	if err := all["stock"].Fchdir(int(data.Fd())); err == nil {
		t.Error("arrived at a folder that is removed")
	}
	if err := all["stock"].Fchdir(-1); err == nil {
		t.Error("arrived at no folder")
	}
}

func TestPermissionsInAFolder(t *testing.T) {
	all, dir := ownFolders(t)
	stock := all["stock"]
	for name, allowed := range map[string]bool{"data/x": true, dir + "/data/x": true, "other": false, "data/../other": false, "/data/x": false} {
		if _, err := stock.Use(Read, "open", name); (err == nil) != allowed {
			t.Errorf("reading %s: %v", name, err)
		}
	}
	for address, allowed := range map[string]bool{"run/s": true, dir + "/run/s": true, "s": false} {
		if _, err := stock.UseToListen("unix", address); (err == nil) != allowed {
			t.Errorf("listening at %s: %v", address, err)
		}
	}
	_, err := stock.Use(Read, "open", "other")
	var denied *Denied
	var of *fs.PathError
	if !errors.As(err, &denied) || denied.What != dir+"/other" || !errors.As(err, &of) || of.Path != "other" {
		t.Errorf("denied by %v", err)
	}
	// Rules stay where the service started.
	if err := stock.Chdir("data"); err != nil {
		t.Fatal(err)
	}
	if _, err := stock.Use(Read, "open", "x"); err != nil {
		t.Error(err)
	}
}

// TestResolvedOnce changes the folder of a service that uses relative paths. What it
// may use is judged by the folder that it then uses it in.
func TestResolvedOnce(t *testing.T) {
	_, dir := ownFolders(t)
	if err := os.Mkdir(dir+"/secret", 0o777); err != nil {
		t.Fatal(err)
	}
	const settings = `[["stock", [], [], [], "", [["read", ["data/**"]], ["exec", ["data/**"]], ["listen", ["unix:data/**"]]], "$DIR"]]`
	all, err := views(parse(settings, []string{"shop"}, []string{"STOCK__DIR=" + dir}, nil))
	if err != nil {
		t.Fatal(err)
	}
	stock := all["stock"]
	done := make(chan struct{})
	moved := make(chan error, 1)
	go func() {
		for {
			for _, to := range []string{dir + "/secret", dir + "/data"} {
				select {
				case <-done:
					moved <- nil
					return
				default:
				}
				if err := stock.Chdir(to); err != nil {
					moved <- err
					return
				}
			}
		}
	}()
	uses := map[string]func() (paths []string, err error){
		"one name": func() ([]string, error) { path, err := stock.Use(Read, "open", "x"); return []string{path}, err },
		"two names": func() ([]string, error) {
			one, other, err := stock.UseBoth("link", Read, "x", Look, "y")
			return []string{one, other}, err
		},
		"a program": func() ([]string, error) {
			program, child, _, err := stock.UseProgram("x", "", nil)
			return []string{program, child + "/"}, err
		},
		"a socket": func() ([]string, error) {
			path, err := stock.UseToListen("unix", "x")
			return []string{path}, err
		},
	}
	for name, use := range uses {
		// As often as it takes to meet both folders a hundred times.
		for allowed, denied := 0, 0; allowed < 100 || denied < 100; {
			paths, err := use()
			if err != nil {
				denied++
				continue
			}
			allowed++
			for _, path := range paths {
				if !strings.HasPrefix(path, dir+"/data/") {
					t.Fatalf("%s: allowed to use %s", name, path)
				}
			}
		}
	}
	close(done)
	if err := <-moved; err != nil {
		t.Error(err)
	}
}

// TestSymbolicLinkToAFolder has a symbolic link lead to the folder that a service
// starts in.
func TestSymbolicLinkToAFolder(t *testing.T) {
	_, dir := ownFolders(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(dir), link); err != nil {
		t.Fatal(err)
	}
	all, err := views(parse(inFolders, []string{"shop"}, []string{"PWD=/srv", "STOCK__DIR=" + link}, nil))
	if err != nil {
		t.Fatal(err)
	}
	stock := all["stock"]
	if got := stock.Getwd(); stock.Folder() != dir || got != link+"/stock" {
		t.Errorf("the service is in %s, by the name %s", stock.Folder(), got)
	}
	may := func(when string, names map[string]bool) {
		t.Helper()
		for name, allowed := range names {
			if _, err := stock.Use(Read, "open", name); (err == nil) != allowed {
				t.Errorf("%s: %s: %v", when, name, err)
			}
		}
	}
	may("first", map[string]bool{"data/x": true, "x": false, link + "/stock/data/x": true, dir + "/data/x": true})
	if err := stock.Chdir("data"); err != nil {
		t.Fatal(err)
	}
	may("in data", map[string]bool{"x": true, "../x": false, link + "/stock/data/x": true})
	if got := stock.Getwd(); got != dir+"/data" {
		t.Errorf("the service is in %s", got)
	}
	// The service stays where it is.
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if path := stock.Path("x"); path != dir+"/data/x" {
		t.Errorf("it finds x at %s", path)
	}
}

func TestStartAgain(t *testing.T) {
	all, dir := ownFolders(t)
	if err := all["stock"].Chdir("data"); err != nil {
		t.Fatal(err)
	}
	all["stock"].StartAgain()
	all["item"].StartAgain()
	if all["stock"].Folder() != dir || all["item"].HasFolder() {
		t.Errorf("the services start again in %q and %q", all["stock"].Folder(), all["item"].Folder())
	}
}

func TestPWDOfAFolder(t *testing.T) {
	pwd := func(all map[string]*Process, service string) string {
		value, _ := all[service].Getenv("PWD")
		return value
	}
	all, dir := ownFolders(t, "PWD=/srv")
	if pwd(all, "stock") != dir || pwd(all, "item") != "/srv" {
		t.Errorf("PWD is %q and %q", pwd(all, "stock"), pwd(all, "item"))
	}
	if all, _ := ownFolders(t); pwd(all, "stock") != "" {
		t.Errorf("PWD is %q, and the process has none", pwd(all, "stock"))
	}
	if all, _ := ownFolders(t, "PWD=/srv", "STOCK__PWD=/x"); pwd(all, "stock") != "/x" {
		t.Errorf("PWD is %q, and the service has its own", pwd(all, "stock"))
	}
}

func TestProgramNameInAFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	_, dir := ownFolders(t)
	for name, want := range map[string]string{"shop": "shop", "bin/shop": here + "/bin/shop", "/bin/shop": "/bin/shop"} {
		all, err := views(parse(inFolders, []string{name}, []string{"STOCK__DIR=" + filepath.Dir(dir)}, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := all["stock"].Args()[0]; got != want {
			t.Errorf("stock is called %s, want %s", got, want)
		}
		if got := all["item"].Args()[0]; got != name {
			t.Errorf("item is called %s, want %s", got, name)
		}
	}
}

func TestChildFolder(t *testing.T) {
	all, dir := ownFolders(t)
	for in, want := range map[string]string{"": dir, "data": dir + "/data", "/srv": "/srv"} {
		if _, got, sys, err := all["stock"].UseProgram("/bin/sh", in, nil); got != want || sys != nil || err != nil {
			t.Errorf("a child in %q starts in %q, %v, want %q", in, got, err, want)
		}
	}
	if _, got, _, _ := all["item"].UseProgram("/bin/sh", "data", nil); got != "data" {
		t.Errorf("a child of item starts in %q", got)
	}
	sys := &syscall.SysProcAttr{Chroot: "data"}
	_, got, own, err := all["stock"].UseProgram("/bin/sh", "/", sys)
	if err != nil || got != "/" || own.Chroot != dir+"/data" || sys.Chroot != "data" {
		t.Errorf("a child starts in %q below %q, %v", got, own.Chroot, err)
	}
}

// TestAloneInAFolder parses the settings of a process that one service has started,
// which is where that wants it.
func TestAloneInAFolder(t *testing.T) {
	all, err := views(parse(inFolders, []string{"shop"}, []string{"GO_MERGE_SERVICE=stock"}, nil))
	if err != nil || all["stock"].HasFolder() {
		t.Errorf("stock is in %q, %v", all["stock"].Folder(), err)
	}
}

func TestFolderOfTheSettingsFile(t *testing.T) {
	_, dir := ownFolders(t)
	environ := []string{"STOCK__DIR=/none", "GO_MERGE_SETTINGS_FILE=f"}
	all, err := views(parse(inFolders, []string{"shop"}, environ, fileOf(`{"services": {"stock": {"working_directory": "`+dir+`/data"}}}`)))
	if err != nil || all["stock"].Folder() != dir+"/data" {
		t.Errorf("stock is in %q, %v", all["stock"].Folder(), err)
	}
	all, err = views(parse(inFolders, []string{"shop"}, environ, fileOf(`{"services": {"stock": {"working_directory": ""}}}`)))
	if err != nil || all["stock"].HasFolder() {
		t.Errorf("stock is in %q, %v", all["stock"].Folder(), err)
	}
}

func TestWrongFolders(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/file", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ folder, file, want string }{
		{"no/folder", "", `service stock: working_directory = "no/folder": folder ` + here + `/no/folder: no such file or directory. Create it before the process starts`},
		{dir + "/file", "", "folder " + dir + "/file: not a directory. Create it"},
		{"$STATE/x/$STATE/$X", "", `service stock: working_directory = "$STATE/x/$STATE/$X": the service has no variable STATE and no X`},
		{"", `{"services": {"stock": {"working_directory": "/"}}}`, "GO_MERGE_SETTINGS_FILE: file f: service stock: working_directory: the file can only replace one that the go_merge_service has: set it there, and build again"},
		{"/", `{"services": {"stock": {"working_directory": "a\u0000b"}}}`, `service stock: working_directory: "a\x00b" contains a NUL byte`},
		{"/", `{"services": {"stock": {"working_directory": null}}}`, "services.stock.working_directory is null: leave it out"},
	} {
		environ := []string{}
		if test.file != "" {
			environ = append(environ, "GO_MERGE_SETTINGS_FILE=f")
		}
		_, err := parse(`[["stock", [], [], [], "", [], "`+test.folder+`"]]`, []string{"shop"}, environ, fileOf(test.file))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

func TestAsNamed(t *testing.T) {
	for _, test := range []struct{ name, path, made, want string }{
		{"a/b", "/d/a/b", "/d/a/b", "a/b"},
		{"a/b", "/d/a/b", "/d/a", "a"}, // as MkdirAll fails
		{"a", "/d/a", "/d/a/c", "a/c"}, // as RemoveAll fails
		{"/d/a", "/d/a", "/d/a", "/d/a"},
	} {
		err := AsNamed(&fs.PathError{Op: "open", Path: test.made, Err: syscall.EPERM}, test.name, test.path)
		if got := err.(*fs.PathError).Path; got != test.want {
			t.Errorf("%s for %s is named %s, want %s", test.made, test.name, got, test.want)
		}
	}
	if AsNamed(nil, "a", "/d/a") != nil || AsNamed(syscall.EPERM, "a", "/d/a") != syscall.EPERM {
		t.Error("an error without a path is another")
	}
}

func TestAsNamedAddress(t *testing.T) {
	path, other := &net.UnixAddr{Name: "/d/s", Net: "unix"}, &net.UnixAddr{Name: "/d/c", Net: "unix"}
	err := AsNamedAddress(&net.OpError{Op: "dial", Net: "unix", Source: other, Addr: path, Err: syscall.ENOENT}, "s", "/d/s")
	if got := err.Error(); got != "dial unix /d/c->s: no such file or directory" {
		t.Error(got)
	}
	if err = AsNamedAddress(err, "c", "/d/c"); err.Error() != "dial unix c->s: no such file or directory" {
		t.Error(err)
	}
	if path.Name != "/d/s" {
		t.Error("the address is changed")
	}
	if AsNamedAddress(nil, "s", "/d/s") != nil || AsNamedAddress(syscall.EPERM, "s", "/d/s") != syscall.EPERM {
		t.Error("an error without an address is another")
	}
}
