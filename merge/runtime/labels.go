package runtime

import (
	"context"
	"runtime/pprof"
	"unsafe"
)

// profileLabels is the set of profile labels of a goroutine, which only the
// standard library interprets.
type profileLabels unsafe.Pointer

// The standard library keeps both functions for packages that link to them, as
// it says next to their definitions. Its public interface cannot read the
// labels that a goroutine has.
//
//go:linkname getProfileLabels runtime/pprof.runtime_getProfLabel
func getProfileLabels() unsafe.Pointer

//go:linkname setProfileLabels runtime/pprof.runtime_setProfLabel
func setProfileLabels(labels unsafe.Pointer)

// serviceLabel is the label that has the name of the service.
const serviceLabel = "service"

// labelsOf returns the profile labels under which the code of a service runs.
func labelsOf(service string) profileLabels {
	labels := make(chan profileLabels)
	go pprof.Do(context.Background(), pprof.Labels(serviceLabel, service), func(context.Context) {
		labels <- profileLabels(getProfileLabels())
	})
	return <-labels
}

// swapProfileLabels sets the labels of the calling goroutine and returns those
// that it had.
func swapProfileLabels(labels profileLabels) profileLabels {
	old := getProfileLabels()
	setProfileLabels(unsafe.Pointer(labels))
	return profileLabels(old)
}
