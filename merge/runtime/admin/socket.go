package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

const (
	// folderWait is how long processes that start at once wait for one another.
	folderWait = 5 * time.Second
	folderPoll = 10 * time.Millisecond
	// maxSocketPath is how long the path of a socket can be, in bytes, on the
	// system with the least.
	maxSocketPath = 103
)

// listenUnix listens on a unix socket that only the process's user can open.
// It takes the place of a socket that a process left behind which was killed.
// The socket is made in a folder that nobody else can enter, so that it is there
// with its mode or not at all.
func listenUnix(path string, logger *log.Logger) (net.Listener, error) {
	return listenUnixAs(os.Geteuid(), path, logger)
}

// listenUnixAs is listenUnix of the user uid.
func listenUnixAs(uid int, path string, logger *log.Logger) (net.Listener, error) {
	dir := filepath.Dir(path)
	unlock, err := lockFolder(dir, logger)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var left fs.FileInfo // the socket of a process that was killed
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != os.ModeSocket:
		return nil, fmt.Errorf("%s is there already, and not a socket", path)
	case info.Sys().(*syscall.Stat_t).Uid != uint32(uid):
		return nil, fmt.Errorf("%s is there already, and belongs to another user", path)
	case !abandoned(path):
		return nil, fmt.Errorf("%s is in use by another process", path)
	default:
		left = info
	}
	private, err := os.MkdirTemp(dir, ".")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(private)
	if left != nil {
		if err := takeAway(path, left, filepath.Join(private, "left")); err != nil {
			return nil, err
		}
	}
	hidden := filepath.Join(private, "s")
	listen := listenPrivate
	if len(hidden) > maxSocketPath {
		// The path itself may be short enough.
		hidden, listen = path, listenVisible
	}
	listener, err := listen(hidden)
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // it knows the hidden name
	info, err := os.Lstat(hidden)
	if err == nil && hidden != path {
		err = place(hidden, path)
	}
	if err != nil {
		listener.Close()
		return nil, err
	}
	return &socket{limited: limit(listener), path: path, info: info}, nil
}

// takeAway moves a file away, and puts it back and fails if it is another one than it was
// taken for.
func takeAway(path string, is fs.FileInfo, to string) error {
	if err := os.Rename(path, to); err != nil {
		return err
	}
	info, err := os.Lstat(to)
	if err == nil && !os.SameFile(info, is) {
		err = fmt.Errorf("%s has just been made by another process", path)
		if failed := place(to, path); failed != nil {
			err = fmt.Errorf("%w, and it cannot be put back: %w", err, failed)
		}
	}
	return err
}

// place gives a file another name, unless there is a file of that name.
func place(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s has just been made by another process", to)
	}
	// The file system may have no links.
	if _, missing := os.Lstat(to); !errors.Is(missing, fs.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}

// listenPrivate listens in a folder that nobody else can enter.
func listenPrivate(path string) (*net.UnixListener, error) {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

// listenVisible listens where others may see the socket, and could connect, or put
// a link in its place, before its mode was changed. No service has started that
// could make files meanwhile.
func listenVisible(path string) (*net.UnixListener, error) {
	umask := syscall.Umask(0o177)
	defer syscall.Umask(umask)
	return net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
}

// lockFolder keeps other merged binaries from making sockets in a folder.
func lockFolder(dir string, logger *log.Logger) (unlock func(), err error) {
	folder, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return func() {}, nil // as where there are no locks
	}
	if err != nil {
		return nil, err
	}
	for begin := time.Now(); ; time.Sleep(folderPoll) {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { folder.Close() }, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			// The file system has no locks. Only processes that start at the
			// same moment would need one.
			return func() { folder.Close() }, nil
		case time.Since(begin) > folderWait:
			logger.Printf("%s: another process holds a lock on folder %s, which is not waited for any longer", process.AdminSocketEnv, dir)
			return func() { folder.Close() }, nil
		}
	}
}

// abandoned reports whether nobody listens on a socket.
func abandoned(path string) bool {
	conn, err := net.Dial("unix", path)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// socket is a listener that takes its file away when it closes.
type socket struct {
	*limited
	path string
	info fs.FileInfo // of the file
	once sync.Once
}

func (s *socket) Close() error {
	s.once.Do(func() {
		// By now it may be that of another process.
		if info, err := os.Lstat(s.path); err == nil && os.SameFile(info, s.info) {
			os.Remove(s.path)
		}
	})
	return s.limited.Close()
}
