package switching

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
	"github.com/gomerge/rules_go_merge/tools/mergectl/filelock"
)

// Journal has on disk what to put back, from before the first switch to after the last.
// Whoever holds it has it locked, so that nobody puts back what is still being switched.
type Journal struct {
	file    *os.File
	first   record
	written []string
	claims  []claim // of the search, none for Restore
}

// record is a line of a journal.
type record struct {
	// The first line has what was found.
	Processes []processRecord `json:"processes,omitempty"`
	File      *fileRecord     `json:"file,omitempty"`
	// Others have the SHA-256 of what the rules file is going to hold.
	Written string `json:"written,omitempty"`
}

type processRecord struct {
	Socket string `json:"socket"`
	// Found are the rules that were set through the socket, and MaySet all that a search
	// may set there.
	Found  []string `json:"found,omitempty"`
	MaySet []string `json:"may_set,omitempty"`
	// ByFile is set if nothing is set through the socket.
	ByFile bool `json:"by_file,omitempty"`
}

type fileRecord struct {
	Name  string `json:"name"`
	Found []byte `json:"found"`
}

// maxJournal is how long a journal may be, in bytes: it has a rules file in base64, and
// the rules of all processes.
const maxJournal = 64 << 20

// DefaultJournal returns where the journal of this user is.
func DefaultJournal(getenv func(string) string) (string, error) {
	dir := stateFolder(getenv)
	if dir == "" {
		return "", errors.New("name a file for what to put back after a crash, by --journal: neither XDG_STATE_HOME nor HOME is set")
	}
	return filepath.Join(dir, "bisect.journal"), nil
}

// stateFolder returns where mergectl keeps files of this user, "" if that is not known.
func stateFolder(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "mergectl")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "mergectl")
	}
	return ""
}

// begin claims what a journal is for, and makes it with its first line.
func begin(path string, first *record) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	folder := cmp.Or(stateFolder(os.Getenv), filepath.Dir(path))
	claims, err := claimAll(filepath.Join(folder, "bisect.claims"), path, first.names())
	if err != nil {
		return nil, err
	}
	j, err := create(path, first)
	if err != nil {
		keep(claims) // they may be of the journal that is in the way
		return nil, err
	}
	j.claims = claims
	return j, nil
}

// names returns what is claimed, in an order that all searches have.
func (r *record) names() (names []string) {
	for _, p := range r.Processes {
		names = append(names, p.Socket)
	}
	if r.File != nil {
		names = append(names, r.File.Name)
	}
	for i, name := range names {
		// Two searches may name one file in two ways.
		if path, err := filepath.EvalSymlinks(name); err == nil {
			names[i] = path
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// create makes a journal with its first line.
func create(path string, first *record) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, alreadyThere(path)
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file}
	if err := errors.Join(lock(file), j.add(*first), change.SyncFolder(filepath.Dir(path))); err != nil {
		file.Close()
		os.Remove(path)
		return nil, err
	}
	j.first = *first
	return j, nil
}

// alreadyThere says why a journal is there that another search has made.
func alreadyThere(path string) error {
	file, err := open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return fmt.Errorf("%s: a search was interrupted, and what it switched off may still be off; run mergectl bisect --restore --journal=%s first", path, path)
}

// add appends a line that outlasts a crash.
func (j *Journal) add(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if r.Written != "" {
		j.written = append(j.written, r.Written)
	}
	return j.file.Sync()
}

// restore puts back what was found, and removes the journal.
func (j *Journal) restore(force bool) (notes []string, err error) {
	var errs []error
	for _, p := range j.first.Processes {
		if p.ByFile {
			continue
		}
		note, err := restoreProcess(p)
		if note != "" {
			notes = append(notes, note)
		}
		errs = append(errs, err)
	}
	if j.first.File != nil {
		errs = append(errs, restoreFile(j.first.File, j.written, force))
	}
	if err := errors.Join(errs...); err != nil {
		j.file.Close()
		keep(j.claims)
		return notes, fmt.Errorf("%[1]w\nwhat was found is in %[2]s; try again by mergectl bisect --restore --journal=%[2]s", err, j.file.Name())
	}
	err = errors.Join(os.Remove(j.file.Name()), j.file.Close())
	release(j.claims)
	return notes, err
}

// ErrNothing is why there is nothing to put back.
var ErrNothing = errors.New("nothing to put back")

// Restore puts back what a search found that was interrupted. With force it also writes a
// rules file that somebody else has changed since. Notes say what it left to others.
func Restore(path string, force bool) (notes []string, err error) {
	file, err := open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", ErrNothing, path)
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file}
	if err := j.read(); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return j.restore(force)
}

// read reads a journal. Its last line may be torn: nothing was switched by it. Whatever
// else is in the file is an error, since a journal that was restored is removed.
func (j *Journal) read() error {
	data, err := io.ReadAll(io.LimitReader(j.file, maxJournal+1))
	if err != nil {
		return err
	}
	if len(data) > maxJournal {
		return fmt.Errorf("larger than %d bytes", maxJournal)
	}
	lines := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return torn(line, n)
		}
		r, err := parse(line)
		switch {
		case err != nil:
		case n == 1:
			err = r.checkFirst()
		default:
			err = r.checkOther()
		}
		if err != nil {
			return fmt.Errorf("line %d: it is not that of a journal: %w; %s", n, err, wayOut)
		}
		if n == 1 {
			j.first = r
		} else {
			j.written = append(j.written, r.Written)
		}
	}
}

// wayOut is for a file that nothing is put back from.
const wayOut = "name the journal by --journal, or look what it says, put that back by hand and remove it"

// parse reads a line.
func parse(line []byte) (r record, err error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, err
	}
	if decoder.More() {
		return r, errors.New("there is more than one value")
	}
	return r, nil
}

// checkFirst returns an error unless a record has what was found.
func (r *record) checkFirst() error {
	if len(r.Processes) == 0 || r.Written != "" {
		return errors.New("it has not what processes were found with")
	}
	for _, p := range r.Processes {
		if !filepath.IsAbs(p.Socket) {
			return fmt.Errorf("it has not what the process %q was found with", p.Socket)
		}
	}
	if f := r.File; f != nil && (!filepath.IsAbs(f.Name) || f.Found == nil) {
		return fmt.Errorf("it has not what the rules file %q held", f.Name)
	}
	return nil
}

// checkOther returns an error unless a record has what a rules file was to hold.
func (r *record) checkOther() error {
	if sum, err := hex.DecodeString(r.Written); err != nil || len(sum) != sha256.Size || r.Processes != nil || r.File != nil {
		return errors.New("it has not the SHA-256 of a rules file")
	}
	return nil
}

// torn returns an error unless the end of a file may be the beginning of line n. After a
// crash of the machine, a file system may have zeros in its place.
func torn(end []byte, n int) error {
	start := `{"processes":`
	if n > 1 {
		start = `{"written":`
	}
	end = bytes.TrimRight(end, "\x00")
	if k := min(len(end), len(start)); string(end[:k]) == start[:k] {
		return nil
	}
	return fmt.Errorf("line %d: it is not that of a journal; %s", n, wayOut)
}

// open opens a journal and takes its lock.
func open(path string) (*os.File, error) {
	// Who opens a FIFO may wait forever.
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, fmt.Errorf("%s: %w", path, regular.ErrKind))
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	err = lock(file)
	// The search may have ended, and another one begun, before the lock was taken.
	if err == nil && !isAt(file, path) {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// isAt reports whether a file is still what a path leads to.
func isAt(file *os.File, path string) bool {
	opened, err1 := file.Stat()
	there, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && os.SameFile(opened, there)
}

// lock takes the lock of a journal, unless it is held: a search could be put back while
// it runs.
func lock(file *os.File) error {
	switch err := filelock.Try(file); {
	case errors.Is(err, filelock.ErrHeld):
		return fmt.Errorf("%s: another search is running; wait for it, or give this one its own --journal", file.Name())
	default:
		return lockFailure(err)
	}
}

// lockFailure says why a file has no lock.
func lockFailure(err error) error {
	if errors.Is(err, filelock.ErrUnsupported) {
		return errors.New("mergectl bisect runs on systems with locks of files only, such as Linux and macOS")
	}
	return err
}
