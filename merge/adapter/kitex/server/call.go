//go:build go_merge_added

package server

import mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"

// goMergeState is how far the callee's side of an inline call is.
type goMergeState uint8

const (
	// goMergeReceived calls have a request and no answer yet.
	goMergeReceived goMergeState = iota
	// goMergeAnswered calls have a reply: a result or an exception.
	goMergeAnswered
	// goMergeClosed calls have none: a server would have closed the connection.
	goMergeClosed
)

// goMergeInlineCall is the callee's side of one inline call that does not go
// straight to its handler. Only the methods of this file change it.
type goMergeInlineCall struct {
	state    goMergeState
	callee   *goMergeCallee
	request  mergeruntime.Request
	response mergeruntime.Response
}

// goMergeMetaOf returns what came along with a request.
func goMergeMetaOf(request mergeruntime.Request) *goMergeMeta { return request.Meta.(*goMergeMeta) }

// answer sets the reply: from received to answered. A response without a
// failure says that the result is filled.
func (c *goMergeInlineCall) answer(response mergeruntime.Response) {
	c.state, c.response = goMergeAnswered, response
}

// close gives up a call without a reply: from received to closed. One that is
// answered stays so, as a reply that has been written.
func (c *goMergeInlineCall) close(panicked bool) {
	if c.state == goMergeReceived {
		c.state, c.response = goMergeClosed, mergeruntime.NoAnswer()
		c.response.Panicked = panicked
	}
}
