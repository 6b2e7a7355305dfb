//go:build go_merge_added

package server

import (
	"testing"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

func TestGoMergeCall(t *testing.T) {
	exception := mergeruntime.Response{Exception: &mergeruntime.Exception{Message: "out of stock"}}
	for name, test := range map[string]struct {
		change func(call *goMergeInlineCall)
		state  goMergeState
		want   mergeruntime.Response
	}{
		"oneway":     {func(*goMergeInlineCall) {}, goMergeReceived, mergeruntime.Response{}},
		"result":     {func(c *goMergeInlineCall) { c.answer(mergeruntime.Response{}) }, goMergeAnswered, mergeruntime.Response{}},
		"exception":  {func(c *goMergeInlineCall) { c.answer(exception) }, goMergeAnswered, exception},
		"no answer":  {func(c *goMergeInlineCall) { c.close(false) }, goMergeClosed, mergeruntime.Response{Closed: true}},
		"panic":      {func(c *goMergeInlineCall) { c.close(true) }, goMergeClosed, mergeruntime.Response{Closed: true, Panicked: true}},
		"then close": {func(c *goMergeInlineCall) { c.answer(exception); c.close(true) }, goMergeAnswered, exception},
	} {
		t.Run(name, func(t *testing.T) {
			var call goMergeInlineCall
			test.change(&call)
			if call.state != test.state || call.response != test.want {
				t.Errorf("state %d and response %+v, want %d and %+v", call.state, call.response, test.state, test.want)
			}
		})
	}
}
