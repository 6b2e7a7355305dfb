package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/regular"
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
	// rulesFileStop is how long the end of the process waits for a reading.
	rulesFileStop  = 4 * rulesFileSettle
	rulesFileLimit = 1 << 20 // bytes
)

// rulesFile keeps the file layer of a switch equal to a file.
type rulesFile struct {
	path   string
	rules  *Switch
	settle func() // waits between two readings of new content

	used bool // it could be, once

	// The outcome of the last reading.
	known   bool
	content []byte
	failure string
}

// watch reads the file, and from then on once a poll until stop is called. That
// waits for a reading that goes on, but not for long: the file system may hang.
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
		select {
		case <-stopped:
		case <-time.After(rulesFileStop):
		}
	}
}

// read applies the file if it changed since the last reading. A file that
// cannot be used leaves the rules as they are, and makes all calls RPCs if none
// could be used before; a file that does not exist has no rules. Each is logged
// once.
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
		f.unusable("links: " + failure + "; ")
		return
	}
	if content == nil {
		f.rules.logger.Printf("links: %s does not exist and sets no rules", f.path)
	}
	rules, err := ParseRules(strings.Split(string(content), "\n"), func(line int) string {
		return fmt.Sprintf("%s:%d", f.path, line)
	})
	if err == nil {
		err = f.rules.Check(rules)
	}
	if err != nil {
		f.unusable(fmt.Sprintf("links: %s\n", err))
		return
	}
	f.used = true
	f.rules.Replace(FileLayer, f.path, rules)
}

// unusable logs why the file cannot be used and what follows from that. Nobody
// knows what a process was to do that starts with such a file. RPCs are safe.
func (f *rulesFile) unusable(why string) {
	if f.used {
		f.rules.logger.Print(why + "the rules before it stay")
		return
	}
	f.rules.logger.Print(why + "all calls are RPCs until it can be used")
	f.rules.Replace(FileLayer, f.path, []Rule{{link: killPattern, Source: f.path + ", which cannot be used"}})
}

func (f *rulesFile) same(content []byte, failure string) bool {
	return f.known && failure == f.failure && bytes.Equal(content, f.content) && (content == nil) == (f.content == nil)
}

// load returns what the file holds, nil if it does not exist, or why it cannot
// be read.
func (f *rulesFile) load() (content []byte, failure string) {
	content, err := regular.ReadFile(f.path, rulesFileLimit) // not nil: an empty file exists
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ""
	}
	if err != nil {
		return nil, err.Error()
	}
	return content, ""
}
