package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Flipped is what came of a merged binary whose switch was flipped.
type Flipped struct {
	// Methods has an observation for each method that was called: its name, in
	// Seen the number of calls, and how they were counted.
	Methods []Observation
	// ByHand and ByFile count the changes of rules that the binary logged.
	ByHand, ByFile int
	// Refused are the lines of its log about rules that it did not take.
	Refused []string
}

// changesPrefix begins the log's lines about rules, after the time.
const changesPrefix = "rules_go_merge: links: "

// Flip runs the merged binary, which makes calls for the given time, and
// meanwhile flip, which changes the rules at the admin socket and in the rules
// file until its context ends. It fails if a call does.
func (p Pair) Flip(duration time.Duration, flip func(ctx context.Context, socket, file string) error) (Flipped, error) {
	env, err := p.environment()
	if err != nil {
		return Flipped{}, err
	}
	// The path of a socket has to be short.
	dir, err := os.MkdirTemp("", "c")
	if err != nil {
		return Flipped{}, err
	}
	defer os.RemoveAll(dir)
	socket, file := filepath.Join(dir, "s"), filepath.Join(dir, "rules")
	ctx, cancel := context.WithTimeout(context.Background(), duration+timeout)
	defer cancel()
	flipped := make(chan error, 1)
	go func() {
		err := exists(ctx, socket)
		if err == nil {
			// The calls begin later, and so end later.
			flipping, stop := context.WithTimeout(ctx, duration)
			defer stop()
			err = flip(flipping, socket, file)
		}
		flipped <- err
	}()
	seen, log, err := execute(ctx, p.Merged, append(env.variables(),
		"CONFORMANCE_FLIP="+duration.String(), "GO_MERGE_ADMIN_SOCKET="+socket, "GO_MERGE_LINKS_FILE="+file, "GO_MERGE_LINKS=* 50%"))
	cancel()
	result := Flipped{Methods: seen}
	rest := result.read(log, file)
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, rest)
	}
	return result, errors.Join(err, <-flipped)
}

// exists returns when a file exists.
func exists(ctx context.Context, path string) error {
	for {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the binary makes no %s", path)
		case <-time.After(time.Millisecond):
		}
	}
}

// read reads what the log has about rules, and returns the other lines.
func (f *Flipped) read(log, file string) (rest string) {
	var other []string
	for line := range strings.Lines(log) {
		_, change, ok := strings.Cut(line, changesPrefix)
		switch {
		case !ok:
			other = append(other, line)
		case strings.HasPrefix(change, "admin socket: "):
			f.ByHand++
		case strings.HasPrefix(change, file+": "):
			f.ByFile++
		case !strings.HasPrefix(change, "GO_MERGE_LINKS: ") && !strings.HasSuffix(change, "does not exist and sets no rules\n"):
			f.Refused = append(f.Refused, line)
		}
	}
	return strings.Join(other, "")
}
