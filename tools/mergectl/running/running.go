// Package running finds the admin socket of a running merged binary.
package running

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	mergeprocess "github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// socketEnv names the admin socket, for merged binaries and for mergectl.
const socketEnv = mergeprocess.AdminSocketEnv

// Socket returns the path of the admin socket that name stands for: a socket,
// the path of a merged binary of which one process runs, or "" for the socket
// that the environment names.
func Socket(name string) (string, error) {
	name, found, err := find(name)
	if err != nil || found == nil {
		return name, err
	}
	return choose(name, found)
}

// Sockets returns the paths of all admin sockets that name stands for, as Socket does:
// several if it is a merged binary that runs as several processes. It leaves out those
// without an admin socket, if others have one.
func Sockets(name string) ([]string, error) {
	name, found, err := find(name)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return []string{name}, nil
	}
	var sockets []string
	for _, p := range found {
		if p.socket != "" {
			sockets = append(sockets, p.socket)
		}
	}
	if sockets == nil {
		_, err := choose(name, found)
		return nil, err
	}
	slices.Sort(sockets)
	return slices.Compact(sockets), nil
}

// find returns the path that name stands for, and the processes of it unless it is a
// socket.
func find(name string) (path string, found []process, err error) {
	if name == "" {
		if name = os.Getenv(socketEnv); name == "" {
			return "", nil, fmt.Errorf("name a merged binary or its admin socket, or set %s", socketEnv)
		}
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("%s does not exist; name a merged binary or its admin socket", name)
	case err != nil:
		return "", nil, err
	case info.Mode().Type() == fs.ModeSocket:
		return name, nil, nil
	case !info.Mode().IsRegular():
		return "", nil, fmt.Errorf("%s is neither a merged binary nor an admin socket", name)
	}
	if found, err = processesOf(name, info); err != nil {
		return "", nil, err
	}
	if len(found) == 0 {
		return "", nil, fmt.Errorf("%s does not run, or not as this user; start it with %s set to a path, or name its admin socket", name, socketEnv)
	}
	slices.SortFunc(found, func(a, b process) int {
		return cmp.Or(strings.Compare(a.socket, b.socket), cmp.Compare(a.pid, b.pid))
	})
	return name, found, nil
}

// process is a running process of a merged binary.
type process struct {
	pid    int
	socket string // "" without an admin socket
}

func (p process) String() string {
	if p.socket == "" {
		return fmt.Sprintf("%d without an admin socket", p.pid)
	}
	return fmt.Sprintf("%d with %s", p.pid, p.socket)
}

// choose returns the one socket that the processes have, of which there is one or more.
func choose(name string, found []process) (string, error) {
	socket := found[0].socket
	all := make([]string, len(found))
	several := false
	for i, p := range found {
		all[i] = p.String()
		several = several || p.socket != socket
	}
	switch {
	case several:
		return "", fmt.Errorf("%s runs as several processes: %s; name the socket of one", name, strings.Join(all, ", "))
	case socket == "":
		return "", fmt.Errorf("%s runs as process %s; start it with %s set to a path", name, strings.Join(all, ", "), socketEnv)
	}
	return socket, nil
}
