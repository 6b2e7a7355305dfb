//go:build go_merge_added && (darwin || netbsd || freebsd || openbsd || dragonfly || linux)

package netpoll

// Close may be called more than once: Kitex does so, 100 ms apart. The original
// closes the descriptor by its number each time, which by then can be that of
// another service's socket. The file, which owns it, closes it once.
func (ln *listener) Close() error {
	if ln.file != nil {
		ln.file.Close()
	}
	if ln.ln != nil {
		ln.ln.Close()
	}
	if ln.pconn != nil {
		ln.pconn.Close()
	}
	return nil
}
