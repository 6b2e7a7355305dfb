package judge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
)

// Reader reads what processes count.
type Reader struct {
	Source arms.Source
	// Every is how often the processes are read, and Idle for how long there may be no call.
	Every, Idle time.Duration
}

// count has a function get what the processes counted since the last time, until it
// says that this is enough.
func (r *Reader) count(ctx context.Context, enough func([]arms.Difference) bool) error {
	var watch arms.Watch
	if _, err := r.read(ctx, &watch); err != nil {
		return err
	}
	ticker := time.NewTicker(r.Every)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		counted, err := r.read(ctx, &watch)
		if err != nil {
			return err
		}
		if enough(counted) {
			return nil
		}
		switch {
		case callsOf(counted) > 0:
			last = time.Now()
		case time.Since(last) > r.Idle:
			return fmt.Errorf("the processes have made no calls for %v; a guard needs some", r.Idle)
		}
	}
}

// read returns what the processes counted since the last time. A process that cannot be
// read, or is not believed, is an error.
func (r *Reader) read(ctx context.Context, watch *arms.Watch) ([]arms.Difference, error) {
	reading := r.Source.Read(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	round := watch.Next(reading.Processes, time.Now())
	var wrong []string
	for _, f := range reading.Failures {
		wrong = append(wrong, f.String())
	}
	for _, d := range round.Doubts {
		wrong = append(wrong, d.String())
	}
	for _, d := range round.Differences {
		if d.Restarted {
			wrong = append(wrong, d.After.Name+": the process was restarted")
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return nil, errors.New(strings.Join(wrong, "\n"))
	}
	return round.Differences, nil
}

func callsOf(counted []arms.Difference) (n uint64) {
	for _, d := range counted {
		for _, m := range d.Methods {
			n += m.Counts.Calls()
		}
	}
	return n
}
