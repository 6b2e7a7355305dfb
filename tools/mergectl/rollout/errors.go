package rollout

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
)

// lasting is an error that somebody has to mend.
type lasting struct {
	error
	// foreign is set if it is about what others wrote to the rules file. They may write
	// the rest in a moment.
	foreign bool
}

func (l *lasting) Unwrap() error { return l.error }

// final marks an error that stays until somebody changes the settings, the log or the
// processes.
func final(err error) error { return &lasting{error: err} }

// foreign marks an error about what others wrote to the rules file.
func foreign(err error) error { return &lasting{error: err, foreign: true} }

// ofLog marks an error of opening a log: what the log holds does not mend itself, and what
// the system says may.
func ofLog(err error) error {
	if errno := syscall.Errno(0); errors.Is(err, journal.ErrBusy) || errors.As(err, &errno) {
		return err
	}
	return final(err)
}

// Ends reports whether passes are to end after an error, since it does not pass by itself.
// before is the error of the pass before that one, nil if it had none. A file that cannot
// be found or written, or that others have changed, may be as it was a moment later, so
// that ends passes only if the next one finds the same.
func Ends(err, before error) bool {
	l := (*lasting)(nil)
	switch {
	case errors.Is(err, journal.ErrBusy):
		return false
	case errors.As(err, &l) && !l.foreign:
		return true
	case l != nil, errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		return before != nil && before.Error() == err.Error()
	}
	return false
}

// mostWhy is how many bytes of an error the log takes.
const mostWhy = 1000

// undecided adds to the log why a pass decided nothing, once for each reason.
func (c *Controller) undecided(j *journal.Journal, s *state, err error) error {
	why := err.Error()
	why = strings.ToValidUTF8(why[:min(len(why), mostWhy)], "")
	if !s.Begun || s.Ended != "" || s.Undecided == why {
		return err
	}
	return errors.Join(err, c.record(j, s, journal.Entry{Event: journal.Undecided, Why: why}))
}
