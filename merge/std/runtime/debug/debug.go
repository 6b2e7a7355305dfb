//go:build go_merge_added

// Package debug is a service's view of package runtime/debug. What the process
// has once belongs to the first service that sets it; to others a call changes
// nothing and returns the setting. The build adds buildInfo, which is of the
// service alone.
package debug

import (
	"runtime/debug"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// Variables, so that the stack begins as it would without a view.
var (
	PrintStack = debug.PrintStack
	Stack      = debug.Stack
)

// ReadBuildInfo returns what it would in the service's own binary, except for the
// settings, which are those of the merged one.
func ReadBuildInfo() (info *debug.BuildInfo, ok bool) {
	merged, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, false
	}
	own, err := debug.ParseBuildInfo(buildInfo)
	if err != nil {
		return merged, true
	}
	own.GoVersion, own.Settings = merged.GoVersion, merged.Settings
	return own, true
}

func SetMemoryLimit(limit int64) int64 {
	if limit >= 0 && !self.Owns(&process.MemoryLimit) {
		limit = -1 // only asks
	}
	return debug.SetMemoryLimit(limit)
}

func SetGCPercent(percent int) int { return self.Set(&process.GCPercent, percent, debug.SetGCPercent) }

func SetMaxStack(bytes int) int { return self.Set(&process.MaxStack, bytes, debug.SetMaxStack) }

func SetMaxThreads(threads int) int {
	return self.Set(&process.MaxThreads, threads, debug.SetMaxThreads)
}

func SetTraceback(level string) {
	if self.Owns(&process.Traceback) {
		debug.SetTraceback(level)
	}
}
