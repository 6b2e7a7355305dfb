package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/regular"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// linksFileEnv names a file with a header and rules, one a line. Empty lines and what
// follows a "#" are left out.
const linksFileEnv = "GO_MERGE_LINKS_FILE"

// processIDEnv is what a process is known by in the share of processes. Where it is not
// set, that is the name of the host.
const processIDEnv = "GO_MERGE_PROCESS_ID"

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
	id     string // of the process
	rules  *Switch
	settle func() // waits between two readings of new content
	now    func() time.Time

	used bool // it could be, once

	// The outcome of the last reading.
	known   bool
	content []byte
	failure string
	// unfit is why the file cannot be used as it is, "" if it can.
	unfit string

	// What is in force.
	header  Header
	all     []Rule
	expired bool
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
		f.expire()
		return
	}
	f.settle()
	if again, failureAgain := f.load(); !bytes.Equal(content, again) || failure != failureAgain {
		f.expire() // whoever keeps writing must not prolong the rules by that
		return     // being written; the next poll looks again
	}
	f.known, f.content, f.failure = true, content, failure
	if failure != "" {
		f.unusable("links: " + failure + "; ")
		return
	}
	if content == nil {
		f.rules.logger.Printf("links: %s does not exist and sets no rules", f.path)
	}
	header, rules, err := f.parse(content)
	if err != nil {
		f.unusable(fmt.Sprintf("links: %s\n", err))
		return
	}
	f.used, f.header, f.all, f.expired, f.unfit = true, header, rules, false, ""
	switch {
	case header.expired(f.now()):
		f.expire()
	case !header.Includes(f.id):
		f.rules.logger.Printf("links: %s: its rules are for %s of the processes, and %s is not one of them", f.path, header.Processes(), f.id)
		f.apply(f.kills())
	default:
		f.apply(f.all)
	}
}

// parse reads the content of the file.
func (f *rulesFile) parse(content []byte) (Header, []Rule, error) {
	position := func(line int) string { return fmt.Sprintf("%s:%d", f.path, line) }
	header, lines, err := ParseHeader(strings.Split(string(content), "\n"), position)
	if err != nil {
		return header, nil, err
	}
	rules, err := ParseRules(lines, position)
	if err == nil {
		err = f.rules.Check(rules)
	}
	return header, rules, err
}

// expire ends the rules once their time is over.
func (f *rulesFile) expire() {
	if f.expired || !f.used || !f.header.expired(f.now()) {
		return
	}
	f.expired = true
	f.rules.logger.Printf("links: %s: its rules have ended at %s", f.path, f.header.Expires.Format(time.RFC3339))
	f.apply(f.kills())
}

// kills returns what stays of the rules where the others do not apply: an emergency stop
// is for all processes, and until somebody takes it back.
func (f *rulesFile) kills() (rules []Rule) {
	for _, r := range f.all {
		if r.link.kill {
			rules = append(rules, r)
		}
	}
	return rules
}

// apply makes rules the file's.
func (f *rulesFile) apply(rules []Rule) {
	f.report()
	f.rules.Replace(FileLayer, f.path, rules)
}

// report makes known what the process obeys, and why the file cannot be used.
func (f *rulesFile) report() {
	r := &reports.RulesFile{Path: f.path, ProcessID: f.id, Failure: f.unfit}
	if f.used {
		r.Generation, r.Processes, r.Expired = f.header.Generation, f.header.Processes(), f.expired
		r.Included = f.header.Includes(f.id)
		if !f.header.Expires.IsZero() {
			expires := f.header.Expires // which the next header replaces while the report is read
			r.Expires = &expires
		}
	}
	f.rules.setFile(r)
}

// unusable logs why the file cannot be used and what follows from that. Nobody
// knows what a process was to do that starts with such a file. RPCs are safe.
func (f *rulesFile) unusable(why string) {
	f.unfit = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(why, "links: "), "\n"), "; ")
	f.report()
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
