package switching

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// file is the rules file of the processes.
type file struct {
	name  string // an absolute path
	found []byte
	// now is what it holds.
	now []byte
	// generation is that of now.
	generation uint64
}

func openFile(name string) (*file, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	f, err := rulesfile.Read(path)
	if err != nil {
		return nil, err
	}
	if !f.Exists() {
		return nil, fmt.Errorf("%s does not exist; name the file in GO_MERGE_LINKS_FILE of the processes", name)
	}
	data := f.Bytes()
	return &file{name: path, found: data, now: data, generation: f.Header().Generation}, nil
}

// otherGeneration is the error of a process that may not have read the file yet.
type otherGeneration struct{ error }

// obeyed returns an error unless a process obeys the file as it is now.
func (f *file) obeyed(links *reports.Links) error {
	switch r := links.File; {
	case r == nil:
		return errors.New("it has no rules file; start it with GO_MERGE_LINKS_FILE, or leave out --rules")
	case r.Failure != "":
		return fmt.Errorf("it cannot use its rules file: %s", r.Failure)
	case r.Generation != f.generation:
		return otherGeneration{fmt.Errorf("it obeys generation %d of %s, and %s has %d", r.Generation, r.Path, f.name, f.generation)}
	case !r.Included:
		return fmt.Errorf("%s has rules for %s of the processes, and %s is not one of them; leave the process out", r.Path, r.Processes, r.ProcessID)
	case r.Expired:
		return fmt.Errorf("the rules of %s have ended at %s; set another time", r.Path, r.Expires.Format(time.RFC3339))
	}
	return nil
}

// set writes the file as it was found, with other rules. The journal has the new content
// before.
func (f *file) set(rules []string, j *Journal) error {
	next, err := rulesfile.Parse(f.name, f.found)
	if err != nil {
		return err
	}
	if err := next.Set(rules...); err != nil {
		return err
	}
	if f.generation+1 == 0 {
		return fmt.Errorf("%s: there is no generation after %d; begin again at 1", f.name, f.generation)
	}
	header := rulesfile.Header{Generation: f.generation + 1, Expires: next.Header().Expires}
	if share := next.Header(); share.Processes() != "100%" {
		header.Processes = share.Processes()
	}
	if err := next.SetHeader(header); err != nil {
		return err
	}
	data := next.Bytes()
	if err := j.add(record{Written: digest(data)}); err != nil {
		return err
	}
	if err := rulesfile.Replace(f.name, f.now, data); err != nil {
		return err
	}
	f.now, f.generation = data, header.Generation
	return nil
}

// restoreFile puts back what the file held, unless somebody else has changed it.
func restoreFile(r *fileRecord, written []string, force bool) error {
	now, err := regular.ReadFile(r.Name)
	if errors.Is(err, fs.ErrNotExist) && !force {
		return fmt.Errorf("%s: somebody else has removed the file; to write it as it was found, run mergectl bisect --restore --force", r.Name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	is := digest(now)
	if is == digest(r.Found) && now != nil {
		return nil
	}
	ours := false
	for _, w := range written {
		ours = ours || w == is
	}
	if !ours && !force {
		return fmt.Errorf("%s: somebody else has changed the file since mergectl switched links off in it; take these rules out by hand, or run mergectl bisect --restore --force, which writes the file as it was found", r.Name)
	}
	return rulesfile.Replace(r.Name, now, r.Found)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
