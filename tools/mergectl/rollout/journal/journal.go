// Package journal keeps the log of a rollout: one JSON object a line, each on disk before
// what it says is done. With the rules file it is all that a rollout knows.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	// Why is the reason, and Findings what the guards said at the end of a step.
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

// limit is how large a log may be, in bytes. A rollout that takes a month has some 100 MB.
const limit = 1 << 30

// Journal is an open log. Nobody else has it open.
type Journal struct {
	name    string
	file    *os.File
	entries []Entry
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

// Open opens a log, or makes it. A last line that was not written to its end is cut off:
// what it says was not done yet.
func Open(name string) (*Journal, error) {
	// A FIFO would be waited for.
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: it is not a regular file", name)
	}
	isNew := errors.Is(err, fs.ErrNotExist)
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := &Journal{name: name, file: file}
	if err = j.open(); err == nil && isNew {
		err = change.SyncFolder(filepath.Dir(name))
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return j, nil
}

func (j *Journal) open() error {
	if err := lock(j.file); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(j.file, limit+1))
	if err != nil {
		return err
	}
	entries, whole, err := Parse(data)
	if err != nil {
		return err
	}
	j.entries = entries
	if whole == len(data) {
		return nil
	}
	if !torn(data[whole:]) {
		return errors.New("its end is not that of a rollout's log, so it is left as it is; name another file")
	}
	if err := j.file.Truncate(int64(whole)); err != nil {
		return err
	}
	return j.file.Sync()
}

// start is what each entry begins with.
const start = `{"time":`

// torn reports whether the end of a file may be the beginning of an entry. After a crash
// of the machine, a file system may have zeros in its place.
func torn(end []byte) bool {
	end = bytes.TrimRight(end, "\x00")
	n := min(len(end), len(start))
	return string(end[:n]) == start[:n]
}

// Parse reads the content of a log. It returns how many bytes the whole lines have.
func Parse(data []byte) (entries []Entry, whole int, err error) {
	if len(data) > limit {
		return nil, 0, fmt.Errorf("it has more than %d MB; begin a new log", limit>>20)
	}
	whole = bytes.LastIndexByte(data, '\n') + 1
	n := 0
	for line := range bytes.Lines(data[:whole]) {
		n++
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		var e Entry
		if err := decoder.Decode(&e); err != nil {
			return nil, 0, fmt.Errorf("line %d: it is not an entry of a rollout's log: %w", n, err)
		}
		if decoder.More() {
			return nil, 0, fmt.Errorf("line %d: it has more than one entry", n)
		}
		entries = append(entries, e)
	}
	return entries, whole, nil
}

// Entries are all entries.
func (j *Journal) Entries() []Entry { return j.entries }

// Append writes an entry. When it returns, the entry outlasts a crash of the machine. What
// could not be written to its end is taken back.
func (j *Journal) Append(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	end, err := j.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", j.name, err), j.file.Truncate(end))
	}
	j.entries = append(j.entries, e)
	return nil
}

// Close lets others open the log.
func (j *Journal) Close() error { return j.file.Close() }
