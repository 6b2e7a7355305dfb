//go:build go_merge_added

package server

import (
	"context"

	"acme.example/rpc/wire"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Run accepts connections until ctx ends. If the service is not to listen, it
// serves inline calls only.
func (s *Server) Run(ctx context.Context, addr string) error {
	defer goMergeServe(s.service.Name, func(ctx context.Context, method string, body []byte) ([]byte, error) {
		reply := s.handle(goMergeContext{ctx}, &wire.Request{Service: s.service.Name, Method: method, Body: body})
		if reply.Error != "" {
			return nil, &wire.Status{Message: reply.Error}
		}
		return reply.Body, nil
	})()
	if !mergeruntime.Listens(goMergeService) {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.goMergeRun(ctx, addr)
}
