package runtime

import (
	"bytes"
	"math"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
)

// usage is what the services have of the process at one time, by name.
type usage struct {
	goroutines map[string]int
	heap       map[string]int64 // bytes
}

// measure looks at all goroutines, which stops them for a moment, and at the
// sampled allocations.
func measure(services []*activeService) usage {
	var profile bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&profile, 1)
	return usage{
		goroutines: goroutinesOf(services, profile.String()),
		heap:       heapOf(services, memProfile(), runtime.MemProfileRate),
	}
}

// goroutinesOf reads a goroutine profile in its text form, in which a paragraph
// stands for goroutines with one stack. A goroutine has the service's label
// unless it comes from the initialization of packages: then its functions tell.
func goroutinesOf(services []*activeService, profile string) map[string]int {
	count := map[string]int{}
	for paragraph := range strings.SplitSeq(profile, "\n\n") {
		if _, rest, ok := strings.Cut(paragraph, "goroutine profile: "); ok {
			_, paragraph, _ = strings.Cut(rest, "\n")
		}
		number, _, _ := strings.Cut(paragraph, " @ ")
		n, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		for _, s := range services {
			if hasLabel(paragraph, s.Name) {
				count[s.Name] += n
				n = 0
			}
		}
		for _, s := range services {
			if strings.Contains(paragraph, "\t"+s.Namespace+"/") {
				count[s.Name] += n
				n = 0
			}
		}
	}
	return count
}

// hasLabel tells whether the goroutines of a paragraph have a service's label.
func hasLabel(paragraph, service string) bool {
	_, rest, ok := strings.Cut(paragraph, "\n# labels: ")
	labels, _, _ := strings.Cut(rest, "\n")
	return ok && strings.Contains(labels, strconv.Quote(serviceLabel)+":"+strconv.Quote(service))
}

func memProfile() []runtime.MemProfileRecord {
	n, _ := runtime.MemProfile(nil, false)
	for {
		records := make([]runtime.MemProfileRecord, n+50)
		var ok bool
		if n, ok = runtime.MemProfile(records, false); ok {
			return records[:n]
		}
	}
}

// heapOf estimates the live heap of each service. Memory belongs to the service
// whose code is nearest to the allocation.
func heapOf(services []*activeService, records []runtime.MemProfileRecord, rate int) map[string]int64 {
	sum := map[string]int64{}
	for _, r := range records {
		frames := runtime.CallersFrames(r.Stack())
		for {
			frame, more := frames.Next()
			if s := ownerOf(services, frame.Function); s != nil {
				sum[s.Name] += unsampled(r.InUseBytes(), r.InUseObjects(), rate)
				break
			}
			if !more {
				break
			}
		}
	}
	return sum
}

func ownerOf(services []*activeService, function string) *activeService {
	for _, s := range services {
		if strings.HasPrefix(function, s.Namespace+"/") {
			return s
		}
	}
	return nil
}

// unsampled estimates the bytes that sampled objects stand for: one object of
// size s is sampled with the probability 1-exp(-s/rate).
func unsampled(bytes, objects int64, rate int) int64 {
	if bytes == 0 || objects == 0 || rate <= 1 {
		return bytes
	}
	size := float64(bytes) / float64(objects)
	return int64(float64(bytes) / (1 - math.Exp(-size/float64(rate))))
}
