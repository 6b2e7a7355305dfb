package usage

import (
	"context"
	"runtime/pprof"
	"unsafe"
)

// Labels is the set of profile labels of a goroutine, which only the
// standard library interprets.
type Labels unsafe.Pointer

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

// LabelsOf returns the profile labels under which the code of a service runs.
func LabelsOf(service string) Labels {
	labels := make(chan Labels)
	go pprof.Do(context.Background(), pprof.Labels(serviceLabel, service), func(context.Context) {
		labels <- Labels(getProfileLabels())
	})
	return <-labels
}

// CurrentLabels returns the labels of the calling goroutine.
func CurrentLabels() Labels { return Labels(getProfileLabels()) }

// SetLabels sets the labels of the calling goroutine.
func SetLabels(labels Labels) { setProfileLabels(unsafe.Pointer(labels)) }

// SwapLabels sets the labels of the calling goroutine and returns those
// that it had.
func SwapLabels(labels Labels) Labels {
	old := getProfileLabels()
	setProfileLabels(unsafe.Pointer(labels))
	return Labels(old)
}
