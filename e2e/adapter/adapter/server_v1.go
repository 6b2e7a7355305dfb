//go:build go_merge_added

package server

import "context"

// Run accepts connections until that fails.
func (s *Server) Run(addr string) error {
	defer goMergeServe(s.service.Name, func(_ context.Context, method string, body []byte) ([]byte, error) {
		return s.dispatch(method, body)
	})()
	return s.goMergeRun(addr)
}
