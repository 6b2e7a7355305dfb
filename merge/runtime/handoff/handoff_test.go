package handoff

import (
	"context"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// kept returns how many workers wait for a task.
func (p *Pool) kept() (n int) {
	for l := range p.lists.All() {
		n += l.kept()
	}
	return n
}

func (l *list) kept() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.idle)
}

// goroutines returns how many workers the bubble of the test has. Those of other tests
// may end at any time.
func goroutines(t *testing.T) int {
	t.Helper()
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 2); err != nil {
		t.Fatal(err)
	}
	n := 0
	for stack := range strings.SplitSeq(profile.String(), "\n\n") {
		header, _, _ := strings.Cut(stack, "\n")
		if strings.Contains(header, "synctest bubble") && strings.Contains(stack, "handoff.(*worker).work(") {
			n++
		}
	}
	return n
}

func run(t *testing.T, p interface{ Start(Task) Future }, f func()) {
	t.Helper()
	if end := p.Start(Func(f)).Wait(Until{}); end != Returned {
		t.Fatalf("the wait ended with %d, not with the task", end)
	}
}

func TestTaskRunsElsewhereAndIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		var stack [1 << 10]byte
		n := 0
		run(t, p, func() { n = runtime.Stack(stack[:], false) })
		if !strings.Contains(string(stack[:n]), "handoff.(*worker).work") {
			t.Errorf("the task ran in:\n%s", stack[:n])
		}
		time.Sleep(2 * idlePeriod)
	})
}

func TestWaitEndsBeforeTheTask(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	for name, c := range map[string]struct {
		until Until
		want  End
	}{
		"done":            {Until{Done: closed}, Done},
		"done, not later": {Until{Done: closed, After: time.Hour}, Done},
		"gone":            {Until{Gone: closed}, Gone},
		"gone, not later": {Until{Gone: closed, After: time.Hour}, Gone},
		"expired":         {Until{After: time.Second}, Expired},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPool()
				release := make(chan struct{})
				future := p.Start(Func(func() { <-release }))
				if end := future.Wait(c.until); end != c.want {
					t.Errorf("the wait ended with %d, want %d", end, c.want)
				}
				if end := future.Wait(c.until); end != c.want {
					t.Errorf("the second wait ended with %d, want %d", end, c.want)
				}
				future.Leave()
				close(release)
				synctest.Wait()
				if n := p.kept(); n != 1 {
					t.Errorf("%d workers are idle after the task has ended, want 1", n)
				}
				time.Sleep(2 * idlePeriod)
			})
		})
	}
}

// A timer that a worker keeps must not end a later wait.
func TestTimersOfFormerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		for range 3 {
			if end := p.Start(Func(func() {})).Wait(Until{After: time.Second}); end != Returned {
				t.Fatalf("the wait ended with %d", end)
			}
			if end := p.Start(Func(func() { time.Sleep(3 * time.Second) })).Wait(Until{}); end != Returned {
				t.Fatalf("a wait without a timer ended with %d", end)
			}
			future := p.Start(Func(func() { time.Sleep(2 * time.Second) }))
			if end := future.Wait(Until{After: time.Second}); end != Expired {
				t.Fatalf("the wait ended with %d, want that of the timer", end)
			}
			if end := future.Wait(Until{After: 2 * time.Second}); end != Returned {
				t.Fatalf("the second wait ended with %d", end)
			}
		}
		time.Sleep(2 * idlePeriod)
	})
}

func TestLeaveWhenTheTaskHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(list)
		future := p.Start(Func(func() {}))
		synctest.Wait()
		future.Leave()
		if n := p.kept(); n != 1 {
			t.Errorf("%d workers are idle, want 1", n)
		}
		future = p.Start(Func(runtime.Goexit))
		synctest.Wait()
		future.Leave()
		if n := p.kept(); n != 0 {
			t.Errorf("%d workers are idle after one has ended, want 0", n)
		}
	})
}

func TestGoexitEndsTheWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		if end := p.Start(Func(runtime.Goexit)).Wait(Until{After: time.Hour}); end != Exited {
			t.Errorf("the wait ended with %d, want %d", end, Exited)
		}
		if n := p.kept(); n != 0 {
			t.Errorf("%d workers are idle", n)
		}
	})
}

// A thread that a task leaves locked ends with the worker, and one that it has
// unlocked does not.
func TestLockedThreads(t *testing.T) {
	service := process.Of("handoff")
	for _, left := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := new(list)
			run(t, p, func() {
				service.LockOSThread()
				if left {
					service.LockOSThread()
				}
				service.UnlockOSThread()
			})
			if n, want := p.kept(), map[bool]int{false: 1, true: 0}[left]; n != want {
				t.Errorf("left locked %t: %d workers are idle, want %d", left, n, want)
			}
			future := p.Start(Func(service.LockOSThread))
			future.Leave()
			synctest.Wait()
			if n := p.kept(); n != 0 {
				t.Errorf("left locked: %d workers are idle after the caller has left, want 0", n)
			}
		})
	}
}

func TestProfileLabels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool()
		for _, service := range []string{"one", "two"} {
			pprof.Do(context.Background(), pprof.Labels("service", service), func(context.Context) {
				callers := usage.CurrentLabels()
				run(t, p, func() {
					if usage.CurrentLabels() != callers {
						t.Errorf("the task does not run under the labels of %s", service)
					}
				})
			})
		}
		run(t, p, func() {
			if usage.CurrentLabels() != nil {
				t.Error("the task has labels, and its caller none")
			}
		})
		var idle strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&idle, 1); err != nil {
			t.Fatal(err)
		}
		for _, group := range strings.Split(idle.String(), "\n\n") {
			if strings.Contains(group, "handoff.(*worker).work") && strings.Contains(group, "labels:") {
				t.Errorf("an idle worker has labels:\n%s", group)
			}
		}
		time.Sleep(2 * idlePeriod)
	})
}

// Any number of tasks run at a time. Some of their workers are kept, and none if
// there is nothing to do for long.
func TestBurst(t *testing.T) {
	const tasks = 3 * keptPerList
	synctest.Test(t, func(t *testing.T) {
		p := new(list)
		var all sync.WaitGroup
		release := make(chan struct{})
		for range tasks {
			all.Go(func() { run(t, p, func() { <-release }) })
		}
		synctest.Wait()
		if n := goroutines(t); n != tasks {
			t.Errorf("%d tasks run at a time, want %d", n, tasks)
		}
		close(release)
		all.Wait()
		synctest.Wait()
		if n := p.kept(); n != keptPerList {
			t.Errorf("%d workers are kept, want %d", n, keptPerList)
		}
		if n := goroutines(t); n != keptPerList {
			t.Errorf("%d workers live, want %d", n, keptPerList)
		}
		time.Sleep(2 * idlePeriod)
		synctest.Wait()
		if n := goroutines(t); n != 0 || p.kept() != 0 {
			t.Errorf("%d workers are left without any caller, %d of them idle", n, p.kept())
		}
	})
}

func TestWorkersThatAreUsedStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(list)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { run(t, p, func() { time.Sleep(time.Second) }) })
		}
		all.Wait()
		if n := p.kept(); n != 10 {
			t.Fatalf("%d workers are idle, want 10", n)
		}
		for range 5 {
			run(t, p, func() {})
			time.Sleep(idlePeriod - time.Second)
		}
		if n := p.kept(); n != 1 {
			t.Errorf("%d workers are left for one caller, want 1", n)
		}
		time.Sleep(2 * idlePeriod)
	})
}

func TestConcurrentCallersThatLeave(t *testing.T) {
	p := NewPool()
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			for n := range 2000 {
				var result int
				done := make(chan struct{})
				if n%3 == 0 {
					close(done)
				}
				future := p.Start(Func(func() { result = n }))
				switch end := future.Wait(Until{Done: done, After: time.Duration(n%2) * time.Hour}); {
				case end == Returned && result != n:
					t.Errorf("caller %d got %d, want %d", i, result, n)
				case end == Done:
					future.Leave()
				}
			}
		})
	}
	callers.Wait()
}

type countingTask struct{ runs int }

func (c *countingTask) Run() { c.runs++ }

func TestAllocations(t *testing.T) {
	p := new(list)
	task := new(countingTask)
	for name, until := range map[string]Until{
		"without a timer": {Done: make(chan struct{}), Gone: make(chan struct{})},
		"with a timer":    {After: time.Hour},
	} {
		p.Start(task).Wait(until)
		if n := testing.AllocsPerRun(1000, func() { p.Start(task).Wait(until) }); n != 0 {
			t.Errorf("%s: %v allocations for each task, want none", name, n)
		}
	}
	if task.runs != 2*1002 {
		t.Errorf("the task ran %d times", task.runs)
	}
}

func BenchmarkHandOff(b *testing.B) {
	for name, until := range map[string]Until{
		"context": {Done: make(chan struct{}), Gone: make(chan struct{})},
		"timer":   {Gone: make(chan struct{}), After: time.Hour},
	} {
		b.Run(name, func(b *testing.B) {
			p := NewPool()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				task := new(countingTask)
				for pb.Next() {
					p.Start(task).Wait(until)
				}
			})
		})
	}
}
