package main

import (
	"errors"
	"fmt"
	"time"
)

// form is a way of deploying the caller and the callee.
type form struct {
	name     string
	programs []string // caller and callee, or both in one
	rules    string   // of a merged binary's links, or empty
}

// options say how to measure.
type options struct {
	generator string
	rate      int           // requests per second
	steps     int           // that the callee works for a request
	warmup    time.Duration // before each measurement
	duration  time.Duration // of a measurement
}

// sample is one measurement of a form.
type sample struct {
	version                 string // of Kitex
	requests                int
	perMillion              float64 // CPU-seconds of the services for a million requests
	busy                    float64 // cores that services and generator kept busy
	rss                     int64   // bytes, of the services at the end
	caller, outside         class
	inline, rpc, inlineFail int64 // calls from the caller to the callee, if merged
}

// measure deploys a form, loads it and stops it.
func (f form) measure(opt options, profiles []string) (s sample, err error) {
	d, err := deploy(f, opt, profiles)
	if err != nil {
		return s, err
	}
	defer func() {
		if err = errors.Join(err, d.stop()); err != nil {
			err = fmt.Errorf("%s: %w", f.name, err)
		}
	}()
	if _, err := d.generate(opt.generator, opt.rate, opt.warmup); err != nil {
		return s, err
	}
	before, err := d.usage()
	if err != nil {
		return s, err
	}
	a, err := d.generate(opt.generator, opt.rate, opt.duration)
	if err != nil {
		return s, err
	}
	after, err := d.usage()
	if err != nil {
		return s, err
	}
	s = sample{
		version:    a.Version,
		requests:   a.Requests,
		perMillion: (after.cpu - before.cpu).Seconds() / float64(a.Requests) * 1e6,
		busy:       (after.cpu - before.cpu + a.cpu).Seconds() / a.Seconds,
		rss:        after.rss,
		caller:     a.Classes["caller"],
		outside:    a.Classes["outside"],
		inline:     after.links.Inline - before.links.Inline,
		rpc:        after.links.RPC - before.links.RPC,
		inlineFail: after.links.Errors - before.links.Errors,
	}
	if d.socket != "" && (s.rpc > 0 || s.inlineFail > 0 || s.inline < s.caller.Requests) {
		return s, fmt.Errorf("of %d calls to the callee %d were inline, of which %d failed, and %d RPCs", s.caller.Requests, s.inline, s.inlineFail, s.rpc)
	}
	return s, nil
}
