// Package journal keeps the log of a rollout: one JSON object a line, each on disk before
// what it says is done. With the rules file it is all that a rollout knows.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/filelock"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// Event is what an entry says.
type Event string

const (
	// Begin is the first entry.
	Begin Event = "begin"
	// Stage begins a step.
	Stage Event = "step"
	// Block begins a block of a switchback.
	Block Event = "block"
	// Poll has what was counted since the last one.
	Poll Event = "poll"
	// Undecided is a pass that could decide nothing, and why.
	Undecided Event = "undecided"
	// RolledBack and Done end the rollout.
	RolledBack Event = "rolled_back"
	Done       Event = "done"
)

// Entry is a line of the log.
type Entry struct {
	Time  time.Time `json:"time"`
	Event Event     `json:"event"`

	// Settings is the digest of the settings, of Begin.
	Settings string `json:"settings,omitempty"`
	// Before is what the rules file said at Begin.
	Before *Rules `json:"before,omitempty"`

	// Step is the number of the step, counted from 1, and Rules what the rules file says
	// from then on: of Stage, Block, RolledBack and Done. Number is that of the block,
	// counted from 1, if the step has a switchback.
	Step   int    `json:"step,omitempty"`
	Number int    `json:"number,omitempty"`
	Rules  *Rules `json:"rules,omitempty"`

	// Expires is the new end of the rules, of Poll, zero if it is not another one.
	Expires time.Time `json:"expires,omitzero"`
	// Read is how many processes were read, and Obey how many of them obeyed the step.
	Read int `json:"read,omitempty"`
	Obey int `json:"obey,omitempty"`
	// Counts are what methods counted.
	Counts []Counts `json:"counts,omitempty"`
	// CPU is the time in seconds that processes used which obeyed the rules, and Calls how
	// many calls of the links ended in them.
	CPU   float64 `json:"cpu_s,omitempty"`
	Calls uint64  `json:"calls,omitempty"`
	// Versions are those of services that were seen for the first time.
	Versions []Version `json:"versions,omitempty"`

	// Why is the reason of Undecided and RolledBack, and Findings what the guards said at the end of a step.
	Why      string   `json:"why,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

// Rules is what a rollout writes to the rules file.
type Rules struct {
	Generation uint64    `json:"generation,omitempty"`
	Expires    time.Time `json:"expires,omitzero"`
	Processes  string    `json:"processes,omitempty"`
	// Rules are switch rules.
	Rules []string `json:"rules"`
}

// Counts is what a method counted.
type Counts struct {
	// Link is that of the settings, and Method the whole name.
	Link   string `json:"link"`
	Method string `json:"method"`
	// Inline is how many calls were drawn inline, and RPC how many were not.
	Inline uint64 `json:"inline,omitempty"`
	RPC    uint64 `json:"rpc,omitempty"`
	// Errors and Slow compare the arms.
	Errors sequential.Sample `json:"errors,omitzero"`
	Slow   sequential.Sample `json:"slow,omitzero"`
	// The others count what happened, of how many attempts.
	Panics    sequential.Rate `json:"panics,omitzero"`
	Fallbacks sequential.Rate `json:"fallbacks,omitzero"`
	Verify    sequential.Rate `json:"verify,omitzero"`
}

// Add adds what the method counted in another process or later.
func (c *Counts) Add(o Counts) {
	c.Inline += o.Inline
	c.RPC += o.RPC
	c.Errors.Add(o.Errors)
	c.Slow.Add(o.Slow)
	c.Panics.Add(o.Panics.Happened, o.Panics.Of)
	c.Fallbacks.Add(o.Fallbacks.Happened, o.Fallbacks.Of)
	c.Verify.Add(o.Verify.Happened, o.Verify.Of)
}

// Version is the code of a service in some process.
type Version struct {
	Service  string `json:"service"`
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Digest   string `json:"digest,omitempty"`
}

// Journal is an open log. Nobody else has it open.
type Journal struct {
	name string
	file *os.File
	end  Place
}

// ErrBusy is why a log cannot be opened that another process has open.
var ErrBusy = errors.New("another mergectl rollout has it open; only one may decide at a time")

// lock takes the lock of a log, so that no two controllers decide at a time.
func lock(file *os.File) error {
	switch err := filelock.Try(file); {
	case errors.Is(err, filelock.ErrHeld):
		return ErrBusy
	case errors.Is(err, filelock.ErrUnsupported):
		return errors.New("mergectl rollout runs on systems with locks of files only, such as Linux and macOS")
	case err != nil:
		return fmt.Errorf("it cannot be locked: %w", err)
	}
	return nil
}

// Open opens a log, or makes it. It has to be read before something is added.
func Open(name string) (*Journal, error) {
	err := checkRegular(name)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err = lock(file); err == nil && isNew {
		err = change.SyncFolder(filepath.Dir(name))
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Journal{name: name, file: file}, nil
}

// Read returns the entries from a place on. The error is [ErrPlace] if the log does not have
// it. A last line that was not written to its end is cut off: what it says was not done yet.
func (j *Journal) Read(from Place) ([]Entry, error) {
	entries, end, rest, err := since(j.file, from)
	switch {
	case errors.Is(err, ErrPlace):
		return nil, err
	case err == nil && len(rest) > 0 && !torn(rest):
		err = errors.New("its end is not that of a rollout's log, so it is left as it is; name another file")
	case err == nil && len(rest) > 0:
		err = errors.Join(j.file.Truncate(end.Offset), j.file.Sync())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	j.end = end
	return entries, nil
}

// End is the place after all entries.
func (j *Journal) End() Place { return j.end }

// start is what each entry begins with.
const start = `{"time":`

// torn reports whether the end of a file may be the beginning of an entry. After a crash
// of the machine, a file system may have zeros in its place.
func torn(end []byte) bool {
	end = bytes.TrimRight(end, "\x00")
	n := min(len(end), len(start))
	return string(end[:n]) == start[:n]
}

// Append writes an entry. When it returns, the entry outlasts a crash of the machine. What
// could not be written to its end is taken back.
func (j *Journal) Append(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	_, err = j.file.WriteAt(line, j.end.Offset)
	if err == nil {
		err = j.file.Sync()
	}
	end := Place{Offset: j.end.Offset + int64(len(line)), Lines: j.end.Lines + 1}
	if err == nil {
		end.Before, err = before(j.file, end.Offset)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", j.name, err), j.file.Truncate(j.end.Offset))
	}
	j.end = end
	return nil
}

// Close lets others open the log.
func (j *Journal) Close() error { return j.file.Close() }
