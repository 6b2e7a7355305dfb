package settings

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// leastPoll is the least time between two passes. The log gets a line in each.
const leastPoll = 100 * time.Millisecond

// check returns what makes no sense.
func (s *Settings) check() error {
	switch {
	case len(s.Links) == 0:
		return s.file.Errorf("links", "name the links that are to become inline, such as item->stock")
	case s.RulesFile == "":
		return s.file.Errorf("rules_file", "name the rules file that the processes read")
	case s.Log == "":
		return s.file.Errorf("log", "name the file that decisions are written to")
	case filepath.Clean(s.Log) == filepath.Clean(s.RulesFile):
		return s.file.Errorf("log", "it is the rules file, too; name two files")
	case len(s.Steps) == 0:
		return s.file.Errorf("steps", "there has to be one, such as {calls: 1%%}")
	case s.OnHarm != Off && s.OnHarm != Kill:
		return s.file.Errorf("on_harm", "%q is neither %s nor %s", s.OnHarm, Off, Kill)
	case s.FalseAlarms <= 0 || s.FalseAlarms > 0.5:
		return s.file.Errorf("false_alarms", "it is %s; want more than 0%%, and 50%% at most", s.FalseAlarms)
	case s.Confidence < 0.5 || s.Confidence >= 1:
		return s.file.Errorf("confidence", "it is %s; want 50%% or more, and less than 100%%", s.Confidence)
	case time.Duration(s.Poll) < leastPoll:
		return s.file.Errorf("poll", "it is %s; want %s or more", time.Duration(s.Poll), leastPoll)
	case time.Duration(s.Expires) < 2*time.Duration(s.Poll):
		return s.file.Errorf("expires", "it is %s, and there is a pass every %s; want twice that at least", time.Duration(s.Expires), time.Duration(s.Poll))
	case time.Duration(s.Expires) < 5*time.Second:
		return s.file.Errorf("expires", "it is %s; want 5s at least, since processes look at the file once a second", time.Duration(s.Expires))
	case s.Processes.Quorum <= 0:
		return s.file.Errorf("processes.quorum", "it is 0%%; want more")
	case !(s.Processes.MostCallsPerSecond > 0):
		return s.file.Errorf("processes.most_calls_per_second", "it is %g; want a number above 0", s.Processes.MostCallsPerSecond)
	}
	for i, l := range s.Links {
		for j, other := range s.Links[:i] {
			if l.Covers(other.Caller, other.Callee, other.RPCService, other.Method) || other.Covers(l.Caller, l.Callee, l.RPCService, l.Method) {
				return s.file.Errorf(fmt.Sprintf("links.%d", i), "%s overlaps with %s in line %d; name the wider one only", l, other, s.file.Line(fmt.Sprintf("links.%d", j)))
			}
		}
	}
	if p := s.Processes; len(p.Sockets)+len(p.Addresses)+len(p.Files) == 0 && p.Prometheus == nil {
		return s.file.Errorf("processes", "name sockets, addresses, prometheus or files to read the processes from")
	}
	for _, list := range []struct {
		path  string
		names []string
	}{{"sockets", s.Processes.Sockets}, {"addresses", s.Processes.Addresses}, {"files", s.Processes.Files}} {
		for i, name := range list.names {
			if slices.Contains(list.names[:i], name) {
				return s.file.Errorf(fmt.Sprintf("processes.%s.%d", list.path, i), "%s is named twice", name)
			}
		}
	}
	if p := s.Processes.Prometheus; p != nil && p.URL == "" {
		return s.file.Errorf("processes.prometheus.url", "name the server, such as http://prometheus:9090")
	}
	if err := s.checkSteps(); err != nil {
		return err
	}
	return s.checkGuards()
}

func (s *Settings) checkSteps() error {
	for i, step := range s.Steps {
		path := fmt.Sprintf("steps.%d", i)
		if m := step.Margin; m != nil && !(*m > 1) {
			return s.file.Errorf(path+".margin", "it is %g; want more than 1", *m)
		}
		if step.Processes <= 0 || step.Calls <= 0 {
			return s.file.Errorf(path, "nothing is inline in it; want more than 0%% of the processes and of the calls")
		}
		if w := step.Switchback; w != nil {
			switch {
			case step.Calls != 1:
				return s.file.Errorf(path+".switchback", "it makes all calls inline for a time, and the step %s of them; want calls: 100%%", step.Calls)
			case time.Duration(w.Block) < 4*time.Duration(s.Poll):
				return s.file.Errorf(path+".switchback.block", "it is %s, and there is a pass every %s; want four times that at least", time.Duration(w.Block), time.Duration(s.Poll))
			case w.Pairs < 1 || w.Pairs > maxPairs:
				return s.file.Errorf(path+".switchback.pairs", "it is %d; want a number from 1 to %d", w.Pairs, maxPairs)
			}
		}
		if i == 0 {
			continue
		}
		before := s.Steps[i-1]
		if step.Processes < before.Processes || step.Calls < before.Calls {
			return s.file.Errorf(path, "%s of the calls in %s of the processes is less than the step before has: %s in %s", step.Calls, step.Processes, before.Calls, before.Processes)
		}
		if step.Processes == before.Processes && step.Calls == before.Calls {
			return s.file.Errorf(path, "it has the shares of the step before; give that more time instead")
		}
	}
	return nil
}

// maxPairs is how many pairs of blocks a switchback can have.
const maxPairs = 1000

func (s *Settings) checkGuards() error {
	for _, c := range []struct {
		path string
		Comparison
	}{{"guards.errors", s.Guards.Errors}, {"guards.slow", s.Guards.Slow}} {
		if !(c.Margin > 1) {
			return s.file.Errorf(c.path+".margin", "it is %g; want more than 1", c.Margin)
		}
	}
	for _, ending := range s.Guards.Errors.Endings {
		if !slices.Contains(Endings, ending) {
			return s.file.Errorf("guards.errors.endings", "there is no ending %q; there are %s", ending, strings.Join(Endings, ", "))
		}
	}
	switch {
	case len(s.Guards.Errors.Endings) == 0:
		return s.file.Errorf("guards.errors.endings", "name those that are errors, or write off: true")
	case s.Guards.Errors.Above != 0:
		return s.file.Errorf("guards.errors.above", "it is of the guard slow")
	case len(s.Guards.Slow.Endings) > 0:
		return s.file.Errorf("guards.slow.endings", "they are of the guard errors")
	case !s.Guards.Slow.Off && s.Guards.Slow.Above == 0:
		return s.file.Errorf("guards.slow.above", "name the time above which a call is slow, such as 50ms")
	}
	return nil
}
