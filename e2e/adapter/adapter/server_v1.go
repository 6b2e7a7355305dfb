//go:build go_merge_added

package server

import (
	"context"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Run accepts connections until that fails. If the service is not to listen, it
// serves inline calls only.
func (s *Server) Run(addr string) error {
	defer goMergeServe(s.service.Name, func(_ context.Context, method string, body []byte) ([]byte, error) {
		return s.dispatch(method, body)
	})()
	if !mergeruntime.Listens(goMergeService) {
		select {}
	}
	return s.goMergeRun(addr)
}
