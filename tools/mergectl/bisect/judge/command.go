package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Command decides by the exit codes of a program, which are those of "git bisect run": 0
// is good, 125 says nothing, any other up to 124 is bad, and the rest ends the search.
type Command struct {
	// Args are the program and its arguments.
	Args []string
	// Repeat is how often it is run at most for a trial. More than half of the runs have
	// to agree.
	Repeat int
	// Output gets what it writes.
	Output io.Writer
}

const (
	saysNothing = 125
	// grace is how long a program may take to end that is asked to.
	grace = 5 * time.Second
)

// Judge runs the program once the links are switched.
func (c *Command) Judge(ctx context.Context, s Switch, t Trial) (bad bool, why string, err error) {
	if err := s.Set(ctx, t.Off); err != nil {
		return false, "", err
	}
	var codes []string
	goods, bads := 0, 0
	for need := c.Repeat/2 + 1; goods < need && bads < need; {
		if len(codes) == c.Repeat {
			return false, "", CannotTell(fmt.Sprintf("no result has a majority: exit codes %s", strings.Join(codes, ", ")))
		}
		code, err := c.run(ctx)
		if err != nil {
			return false, "", err
		}
		codes = append(codes, fmt.Sprint(code))
		switch {
		case code == 0:
			goods++
		case code < saysNothing:
			bads++
		case code > saysNothing:
			return false, "", fmt.Errorf("%s: exit code %d ends the search; 0 is good, 1 to 124 are bad, and 125 cannot tell", c.Args[0], code)
		}
	}
	why = "exit code " + codes[0]
	if len(codes) > 1 {
		why = "exit codes " + strings.Join(codes, ", ")
	}
	return bads > goods, why, s.Obeyed()
}

// run runs the program, and returns its exit code.
func (c *Command) run(ctx context.Context) (code int, err error) {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Stdout, cmd.Stderr = c.Output, c.Output
	killGroup := group(cmd)
	cmd.WaitDelay = grace
	err = cmd.Run()
	if ctx.Err() != nil {
		killGroup()
		return 0, ctx.Err()
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.Is(err, exec.ErrWaitDelay):
		return cmd.ProcessState.ExitCode(), nil // what it has started keeps the output open
	case !errors.As(err, &exit):
		return 0, err
	case !exit.Exited():
		return 0, fmt.Errorf("%s was ended by a signal: %v", c.Args[0], exit)
	}
	return exit.ExitCode(), nil
}
