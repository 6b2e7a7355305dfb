package main

import (
	"context"

	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protoskew/callee"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// protoSkewer serves SkewProtoService in the callee's version.
type protoSkewer struct{}

// ExchangeProto implements skew.SkewProtoService. The answer says what the
// callee got.
func (protoSkewer) ExchangeProto(_ context.Context, skewed *skew.Skewed) (*skew.Skewed, error) {
	skewed.Renamed = observe.Value(skewed)
	return skewed, nil
}

// ProduceProto implements skew.SkewProtoService. For a seed that is not
// negative the caller can decode the answer and knows its alternative.
func (protoSkewer) ProduceProto(_ context.Context, seed *skew.Seed) (*skew.Skewed, error) {
	skewed := &skew.Skewed{Choice: &skew.Skewed_One{One: "one"}}
	if seed.Seed < 0 {
		skewed.Message = []byte{0xff}
		return skewed, nil
	}
	random.Fill(uint64(seed.Seed), skewed)
	skewed.Message = nil
	skewed.Blob = nil // its bytes would have a map's entries in any order
	if _, ok := skewed.Choice.(*skew.Skewed_TheirsChoice); ok {
		skewed.Choice = &skew.Skewed_One{One: "one"}
	}
	return skewed, nil
}

// TheirsProto implements skew.SkewProtoService.
func (protoSkewer) TheirsProto(_ context.Context, skewed *skew.Skewed) (*skew.Skewed, error) {
	return skewed, nil
}
