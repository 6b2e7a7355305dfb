package runtime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// linksFileEnv names a file with rules, one a line. Empty lines and what
// follows a "#" are left out.
const linksFileEnv = "GO_MERGE_LINKS_FILE"

const (
	// rulesFilePoll is how often the file is read. It is read in whole rather
	// than watched: the standard library has inotify for Linux only, which
	// misses changes behind symbolic links, as in a Kubernetes config map, and
	// on network file systems. Reading a small file once a second costs
	// nothing that could be measured.
	rulesFilePoll = time.Second
	// rulesFileSettle is how long new content has to stay before it counts, so
	// that a file which is written in place is not taken half written.
	rulesFileSettle = 50 * time.Millisecond
	rulesFileLimit  = 1 << 20 // bytes
)

// rulesFile keeps the file layer of a switch equal to a file.
type rulesFile struct {
	path   string
	links  *linkSwitch
	settle func() // waits between two readings of new content

	// The outcome of the last reading.
	known   bool
	content []byte
	failure string
}

// watch reads the file, and from then on once a poll until stop is called.
func (f *rulesFile) watch(poll time.Duration) (stop func()) {
	f.read()
	ticker := time.NewTicker(poll)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				f.read()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

// read applies the file if it changed since the last reading. A file that
// cannot be used leaves the rules as they are; a file that does not exist has
// no rules. Each is logged once.
func (f *rulesFile) read() {
	content, failure := f.load()
	if f.same(content, failure) {
		return
	}
	f.settle()
	if again, failureAgain := f.load(); !bytes.Equal(content, again) || failure != failureAgain {
		return // being written; the next poll looks again
	}
	f.known, f.content, f.failure = true, content, failure
	if failure != "" {
		logger.Printf("links: %s; the rules before it stay", failure)
		return
	}
	if content == nil {
		logger.Printf("links: %s does not exist and sets no rules", f.path)
	}
	rules, err := parseRules(strings.Split(string(content), "\n"), func(line int) string {
		return fmt.Sprintf("%s:%d", f.path, line)
	})
	if err == nil {
		err = f.links.table.check(rules)
	}
	if err != nil {
		logger.Printf("links: %s\nthe rules before it stay", err)
		return
	}
	f.links.replace(fileLayer, f.path, rules)
}

func (f *rulesFile) same(content []byte, failure string) bool {
	return f.known && failure == f.failure && bytes.Equal(content, f.content) && (content == nil) == (f.content == nil)
}

// load returns what the file holds, nil if it does not exist, or why it cannot
// be read.
func (f *rulesFile) load() (content []byte, failure string) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ""
	}
	if err != nil {
		return nil, err.Error()
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, rulesFileLimit+1)) // not nil: an empty file exists
	if err != nil {
		return nil, err.Error()
	}
	if len(content) > rulesFileLimit {
		return nil, fmt.Sprintf("%s: has more than %d bytes", f.path, rulesFileLimit)
	}
	return content, ""
}
