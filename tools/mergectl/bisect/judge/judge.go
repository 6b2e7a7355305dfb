// Package judge decides whether processes are worse with some links inline: a command
// says so, or the calls that they count.
package judge

import (
	"context"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// Switch switches links of processes.
type Switch interface {
	// Set makes RPCs of all calls that off names, and returns once the processes obey.
	Set(ctx context.Context, off []linkpattern.Pattern) error
	// Obeyed returns an error if a process does not do what was set last.
	Obeyed() error
}

// Trial is what a judge is to try.
type Trial struct {
	Step search.Step
	// Off is what is off, and All what is off where everything that can be is.
	Off, All []linkpattern.Pattern
}

// Judge decides about trials.
type Judge interface {
	// Judge reports whether a trial is bad, and why. It leaves the links switched as the
	// trial says. A [CannotTell] is an error of the trial and not of the judge.
	Judge(ctx context.Context, s Switch, t Trial) (bad bool, why string, err error)
}

// CannotTell is why a trial is neither good nor bad.
type CannotTell string

func (e CannotTell) Error() string { return string(e) }
