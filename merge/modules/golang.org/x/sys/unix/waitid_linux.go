//go:build go_merge_added && linux

package unix

import "syscall"

// Versions of golang.org/x/sys before v0.1.0 do not all have it.
//
//mergegen:replaces Waitid

// Waitid logs that it may take the exit codes of other services' children.
// Package syscall has no such function: its Wait4 logs the same, before the
// kernel refuses the options.
func Waitid(idType int, id int, info *Siginfo, options int, rusage *Rusage) (err error) {
	if whole := idType == P_ALL || idType == P_PGID && id == 0; whole && options&WNOWAIT == 0 {
		syscall.Wait4(-1, nil, -1, nil)
	}
	return goMergeWaitid(idType, id, info, options, rusage)
}
