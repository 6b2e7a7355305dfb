package running

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// processesOf returns the processes of an executable file that this user may look
// into. Processes whose executable was replaced since they started count too:
// a build does that.
func processesOf(name string, file fs.FileInfo) ([]process, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("%s: processes are found on Linux only; name the admin socket", name)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// Errors from here on are of processes that ended or of other users.
		dir := filepath.Join("/proc", e.Name())
		exe, err := os.Readlink(filepath.Join(dir, "exe"))
		if err != nil {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, "exe")); exe != path+" (deleted)" && (err != nil || !os.SameFile(info, file)) {
			continue
		}
		if environ, err := os.ReadFile(filepath.Join(dir, "environ")); err == nil {
			found = append(found, process{pid, socketOf(dir, string(environ))})
		}
	}
	return found, nil
}

// socketOf returns the admin socket that a process was started with. A
// relative path is relative to the folder that the process was started in, which
// services may have left.
func socketOf(dir, environ string) string {
	for _, entry := range strings.Split(environ, "\x00") {
		socket, ok := strings.CutPrefix(entry, socketEnv+"=")
		if !ok || socket == "" {
			continue
		}
		if filepath.IsAbs(socket) {
			return socket
		}
		for _, folder := range boundFolders(dir) {
			if path := filepath.Join(folder, filepath.Base(socket)); isSocket(path) {
				return path
			}
		}
		if cwd, err := os.Readlink(filepath.Join(dir, "cwd")); err == nil {
			return filepath.Join(cwd, socket)
		}
	}
	return ""
}

// boundForm finds the inode and the folder of its own in a line of /proc/net/unix:
// Num RefCount Protocol Flags Type St Inode Path.
var boundForm = regexp.MustCompile(`^(?:\S+ +){6}(\d+) (/.*)/s\n$`)

// boundFolders returns the folders in which a process has made sockets as the
// runtime does: in a separate folder, from which it moves them up. The system
// knows them by the first path.
func boundFolders(dir string) []string {
	fds, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		return nil
	}
	own := make(map[string]bool)
	for _, fd := range fds {
		if link, err := os.Readlink(filepath.Join(dir, "fd", fd.Name())); err == nil {
			own[link] = true
		}
	}
	all, err := os.ReadFile(filepath.Join(dir, "net/unix"))
	if err != nil {
		return nil
	}
	var folders []string
	for line := range strings.Lines(string(all)) {
		if m := boundForm.FindStringSubmatch(line); m != nil && own["socket:["+m[1]+"]"] {
			folders = append(folders, filepath.Dir(m[2]))
		}
	}
	return folders
}

func isSocket(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().Type() == fs.ModeSocket
}
