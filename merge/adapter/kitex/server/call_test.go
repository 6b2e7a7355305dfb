//go:build go_merge_added

package server

import (
	"reflect"
	"testing"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

func TestGoMergeCall(t *testing.T) {
	closed := &mergeruntime.Failure{Kind: mergeruntime.Closed}
	exception := mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Message: "out of stock"}}
	for name, test := range map[string]struct {
		change func(call *goMergeInlineCall)
		state  goMergeState
		want   mergeruntime.Response
	}{
		"oneway":     {func(*goMergeInlineCall) {}, goMergeReceived, mergeruntime.Response{}},
		"result":     {func(c *goMergeInlineCall) { c.answer(mergeruntime.Response{}) }, goMergeAnswered, mergeruntime.Response{}},
		"exception":  {func(c *goMergeInlineCall) { c.answer(exception) }, goMergeAnswered, exception},
		"no answer":  {func(c *goMergeInlineCall) { c.close(false) }, goMergeClosed, mergeruntime.Response{Failure: closed}},
		"panic":      {func(c *goMergeInlineCall) { c.close(true) }, goMergeClosed, mergeruntime.Response{Failure: closed, Panicked: true}},
		"then close": {func(c *goMergeInlineCall) { c.answer(exception); c.close(true) }, goMergeAnswered, exception},
	} {
		t.Run(name, func(t *testing.T) {
			var call goMergeInlineCall
			test.change(&call)
			if call.state != test.state || !reflect.DeepEqual(call.response, test.want) {
				t.Errorf("state %d and response %+v, want %d and %+v", call.state, call.response, test.state, test.want)
			}
		})
	}
}
