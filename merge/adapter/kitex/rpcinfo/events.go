//go:build go_merge_added

package rpcinfo

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/cloudwego/kitex/pkg/stats"
)

// GoMergeRecord is Record of events that happen at one moment, without an error.
func (r *rpcStats) GoMergeRecord(events []stats.Event) {
	var now int64
	for _, e := range events {
		if e.Level() > r.level {
			continue
		}
		ev := &r.eventMap[e.Index()]
		if atomic.CompareAndSwapUint32(&ev.state, eventUnset, eventUpdating) ||
			(r.copied && atomic.CompareAndSwapUint32(&ev.state, eventStale, eventUpdating)) {
			if now == 0 {
				now = time.Now().UnixNano()
			}
			ev.event, ev.status, ev.info, ev.time = e, stats.StatusInfo, "", now
			atomic.StoreUint32(&ev.state, eventRecorded)
		}
	}
}

// goMergePlainEvents is how many events there are, from the first, of which goMergeStats
// keeps the times.
const goMergePlainEvents = 24

// goMergeStats keeps the times of events, which is all that there is to most of them. An
// event is made when somebody asks for it.
type goMergeStats struct {
	level stats.Level
	// begun and done are the events, by index, that are recorded. Those that are begun
	// and not done are elsewhere, or will be done.
	begun, done atomic.Uint32
	times       [goMergePlainEvents]int64
	// elsewhere has all else, nil if there is nothing.
	elsewhere atomic.Pointer[rpcStats]
}

// rest returns the statistics that are kept elsewhere.
func (s *goMergeStats) rest() *rpcStats {
	if r := s.elsewhere.Load(); r != nil {
		return r
	}
	once.Do(func() {
		stats.FinishInitialization()
		maxEventNum = stats.MaxEventNum()
	})
	r := newRPCStats()
	r.level = s.level
	if !s.elsewhere.CompareAndSwap(nil, r) {
		return s.elsewhere.Load()
	}
	return r
}

// GoMergeRecord is Record of events that happen at one moment, without an error.
func (s *goMergeStats) GoMergeRecord(events []stats.Event) {
	var set uint32
	for _, e := range events {
		if e.Level() <= s.level {
			set |= 1 << e.Index()
		}
	}
	if set == 0 {
		return
	}
	set &^= s.begun.Or(set)
	now := time.Now().UnixNano()
	for _, e := range events {
		if set&(1<<e.Index()) != 0 {
			s.times[e.Index()] = now
		}
	}
	s.done.Or(set)
}

// Record implements RPCStats.
func (s *goMergeStats) Record(ctx context.Context, e stats.Event, status stats.Status, info string) {
	if e.Level() > s.level {
		return
	}
	i := e.Index()
	if i >= goMergePlainEvents {
		s.rest().Record(ctx, e, status, info)
		return
	}
	if s.begun.Or(1<<i)&(1<<i) != 0 {
		return
	}
	if status != stats.StatusInfo || info != "" {
		s.rest().Record(ctx, e, status, info)
		return
	}
	s.times[i] = time.Now().UnixNano()
	s.done.Or(1 << i)
}

// GetEvent implements RPCStats.
func (s *goMergeStats) GetEvent(e stats.Event) Event {
	if i := e.Index(); i < goMergePlainEvents && s.done.Load()&(1<<i) != 0 {
		return &event{state: eventRecorded, status: stats.StatusInfo, event: e, time: s.times[i]}
	}
	if r := s.elsewhere.Load(); r != nil {
		return r.GetEvent(e)
	}
	return nil
}

// Level implements RPCStats.
func (s *goMergeStats) Level() stats.Level { return s.level }

// CopyForRetry implements RPCStats.
func (s *goMergeStats) CopyForRetry() RPCStats {
	copied := s.rest().CopyForRetry().(*rpcStats)
	if start := stats.RPCStart.Index(); s.done.Load()&(1<<start) != 0 {
		copied.eventMap[start] = event{state: eventStale, status: stats.StatusInfo, event: stats.RPCStart, time: s.times[start]}
	}
	return copied
}

// SendSize implements RPCStats.
func (s *goMergeStats) SendSize() uint64 { return s.view().SendSize() }

// LastSendSize implements RPCStats.
func (s *goMergeStats) LastSendSize() uint64 { return s.view().LastSendSize() }

// RecvSize implements RPCStats.
func (s *goMergeStats) RecvSize() uint64 { return s.view().RecvSize() }

// LastRecvSize implements RPCStats.
func (s *goMergeStats) LastRecvSize() uint64 { return s.view().LastRecvSize() }

// Error implements RPCStats.
func (s *goMergeStats) Error() error { return s.view().Error() }

// Panicked implements RPCStats.
func (s *goMergeStats) Panicked() (bool, any) { return s.view().Panicked() }

// goMergeNoStats is what is kept elsewhere where nothing is.
var goMergeNoStats rpcStats

// view is rest for reading.
func (s *goMergeStats) view() *rpcStats {
	if r := s.elsewhere.Load(); r != nil {
		return r
	}
	return &goMergeNoStats
}

// SetSendSize implements MutableRPCStats.
func (s *goMergeStats) SetSendSize(size uint64) { s.rest().SetSendSize(size) }

// SetRecvSize implements MutableRPCStats.
func (s *goMergeStats) SetRecvSize(size uint64) { s.rest().SetRecvSize(size) }

// IncrSendSize implements MutableRPCStats.
func (s *goMergeStats) IncrSendSize(size uint64) { s.rest().IncrSendSize(size) }

// IncrRecvSize implements MutableRPCStats.
func (s *goMergeStats) IncrRecvSize(size uint64) { s.rest().IncrRecvSize(size) }

// SetError implements MutableRPCStats.
func (s *goMergeStats) SetError(err error) { s.rest().SetError(err) }

// SetPanicked implements MutableRPCStats.
func (s *goMergeStats) SetPanicked(x any) { s.rest().SetPanicked(x) }

// SetLevel implements MutableRPCStats.
func (s *goMergeStats) SetLevel(level stats.Level) {
	s.level = level
	if r := s.elsewhere.Load(); r != nil {
		r.level = level
	}
}

// Reset implements MutableRPCStats.
func (s *goMergeStats) Reset() {
	s.level = 0
	s.elsewhere.Store(nil)
	s.done.Store(0)
	s.begun.Store(0)
}

// ImmutableView implements MutableRPCStats.
func (s *goMergeStats) ImmutableView() RPCStats { return s }
