//go:build go_merge_added

package server

import (
	"runtime"
	"sync"
	"weak"

	"github.com/cloudwego/kitex/pkg/serviceinfo"
)

// RegisterService should not be called by users directly. It notes the handler
// for inline calls.
func (s *server) RegisterService(svcInfo *serviceinfo.ServiceInfo, handler interface{}, opts ...RegisterOption) error {
	if err := s.goMergeRegisterService(svcInfo, handler, opts...); err != nil {
		return err
	}
	key := weak.Make(s)
	registered, known := goMergeHandlers.LoadOrStore(key, new(sync.Map))
	if !known {
		runtime.AddCleanup(s, func(key weak.Pointer[server]) { goMergeHandlers.Delete(key) }, key)
	}
	if len(opts) > 0 {
		handler = nil // it may have its own middleware
	}
	registered.(*sync.Map).Store(svcInfo.ServiceName, handler)
	return nil
}

// goMergeHandlers holds for each server the handlers by service name.
var goMergeHandlers sync.Map

// goMergeRegistered returns the handler of a service that was registered without
// options, nil for others.
func goMergeRegistered(s *server, service string) interface{} {
	registered, ok := goMergeHandlers.Load(weak.Make(s))
	if !ok {
		return nil
	}
	handler, _ := registered.(*sync.Map).Load(service)
	return handler
}
