package main

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// schedule is an open loop: request i is due at i/rate, and its latency counts
// from then, so that a slow answer delays no other request and hides none.
type schedule struct {
	rate   int // requests per second
	number int
	class  func(i int) string
	send   map[string]func() error // by class
}

// report is what became of a schedule.
type report struct {
	Version  string           `json:"version"` // of Kitex
	Requests int              `json:"requests"`
	Errors   int              `json:"errors"`
	Error    string           `json:"error,omitempty"` // the first
	Seconds  float64          `json:"seconds"`         // until the last answer
	Classes  map[string]class `json:"classes"`
}

// class has the latencies of one class of requests, in microseconds.
type class struct {
	Requests int64   `json:"requests"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
	P999     float64 `json:"p999_us"`
}

func (s schedule) run() report {
	var (
		mu        sync.Mutex
		latencies = make(map[string]*hdrhistogram.Histogram)
		r         = report{Requests: s.number, Classes: make(map[string]class)}
		answers   sync.WaitGroup
	)
	for name := range s.send {
		latencies[name] = hdrhistogram.New(1, time.Minute.Nanoseconds(), 3)
	}
	start := time.Now()
	for i := range s.number {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(s.rate))
		time.Sleep(time.Until(due))
		answers.Go(func() {
			name := s.class(i)
			err := s.send[name]()
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				if r.Errors++; r.Errors == 1 {
					r.Error = err.Error()
				}
				return
			}
			latencies[name].RecordValue(took.Nanoseconds())
		})
	}
	answers.Wait()
	r.Seconds = time.Since(start).Seconds()
	for name, h := range latencies {
		at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / 1000 }
		r.Classes[name] = class{Requests: h.TotalCount(), P50: at(50), P99: at(99), P999: at(99.9)}
	}
	return r
}
