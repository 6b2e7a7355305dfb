package main

import (
	"context"
	"fmt"

	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/callee"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// skewer serves SkewService in the callee's version.
type skewer struct{}

// Exchange implements skew.SkewService. The answer says what the
// callee got.
func (skewer) Exchange(_ context.Context, skewed *skew.Skewed) (*skew.Skewed, error) {
	skewed.Renamed = observe.Value(skewed)
	return skewed, nil
}

// Produce implements skew.SkewService.
func (skewer) Produce(_ context.Context, seed int64) (*skew.Skewed, error) {
	skewed := &skew.Skewed{}
	random.Fill(uint64(seed), skewed)
	return skewed, nil
}

// Demand implements skew.SkewService.
func (skewer) Demand(_ context.Context, strict *skew.Strict) (*skew.Strict, error) {
	return strict, nil
}

// Lack implements skew.SkewService.
func (skewer) Lack(_ context.Context, strict *skew.StrictBack) (*skew.StrictBack, error) {
	return strict, nil
}

// Arguments implements skew.SkewService.
func (skewer) Arguments(_ context.Context, both, theirs string) (string, error) {
	return fmt.Sprintf("%q %q", both, theirs), nil
}

// Raise implements skew.SkewService.
func (s skewer) Raise(ctx context.Context, how string) (string, error) {
	return how, s.RaiseVoid(ctx, how)
}

// RaiseVoid implements skew.SkewService.
func (skewer) RaiseVoid(_ context.Context, how string) error {
	switch how {
	case "refused":
		return &skew.Refused{Both: "both", Theirs: []string{"theirs"}}
	case "theirs":
		return &skew.Theirs{Text: "theirs"}
	}
	return nil
}

// TheirsOnly implements skew.SkewService.
func (skewer) TheirsOnly(_ context.Context, text string) (string, error) { return text, nil }

// Returns implements skew.SkewService.
func (skewer) Returns(_ context.Context, text string) (string, error) { return text, nil }

// Silent implements skew.SkewService.
func (skewer) Silent(context.Context, string) error { return nil }
