package calls

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestVerifyStorm has calls verified while their callee stops, dies and starts again, and
// while rules change. Each is compared or skipped, once, and no place stays taken.
func TestVerifyStorm(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	var kept sync.Map // requests, which a handler still has when the caller goes on
	handler := func(ctx context.Context, req Request) Response {
		args := req.Args.(*calleeArgs)
		kept.Store(args.ID%100, args)
		id := args.ID
		args.ID = -1
		switch id % 50 {
		case 1:
			panic("no shelf")
		case 2:
			runtime.Goexit()
		}
		return answerWith(fmt.Sprint(id))(ctx, req)
	}
	const workers, lives, perLife = 8, 80, 25
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	var id, drawn, dishonest atomic.Int64
	over := make(chan struct{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for !isOver(over) {
				own := id.Add(1)
				args := callerArgs{ID: own}
				if shop.verifies(client, "Get", &args, callerResult{Name: fmt.Sprint(own)}) {
					drawn.Add(1)
					if own%50 == 1 || own%50 == 2 {
						dishonest.Add(1)
					}
				}
				if args.ID != own {
					t.Errorf("a handler has changed the caller's request to %d", args.ID)
				}
				args.ID = 0 // of which a call that is still made inline sees nothing
				runtime.Gosched()
			}
		})
	}
	all.Go(func() {
		for i := 0; !isOver(over); i++ {
			shop.rule(t, getsStock+" off\n"+getsStock+[]string{" verify 100%", " verify 50% ignore Other", " verify off"}[i%3])
			runtime.Gosched()
		}
	})
	for life := range lives {
		stop := shop.Serve("stock", "StockService", "stock", handler)
		shop.awaitCompared(t, perLife)
		if life%2 == 0 {
			stop()
		} else {
			shop.Withdraw("stock", "it is down")
			shop.Readmit("stock", nil)
		}
	}
	close(over)
	all.Wait()
	shop.settle()

	got := shop.verification(t, "Get")
	// Those that are busy, or had no callee at once, are not among the drawn.
	if settled := got.Compared() + got.Skipped.Sum() - got.Skipped.Busy; settled < uint64(drawn.Load()) || got.Skipped.Sum() != got.Skipped.Busy+got.Skipped.Absent {
		t.Errorf("%d calls are verified: %+v", drawn.Load(), got.Skipped)
	}
	if got.Different == 0 || got.Different > uint64(dishonest.Load()) {
		t.Errorf("%d calls differ of %d that can", got.Different, dishonest.Load())
	}
	defer shop.Serve("stock", "StockService", "stock", handler)()
	shop.rule(t, getsStock+" off\n"+getsStock+" verify 100%")
	shop.verifies(client, "Get", &callerArgs{ID: 7}, callerResult{Name: "7"})
	shop.settle()
	if after := shop.verification(t, "Get"); after.Same != got.Same+1 {
		t.Errorf("after the storm %d calls are the same, and %d before: %+v", after.Same, got.Same, after.Skipped)
	}
	t.Logf("%d compared, %d differ, skipped %+v", got.Compared(), got.Different, got.Skipped)
	if counted := shop.counted(t, "Get"); counted.Inline != 0 || counted.Panics != 0 {
		t.Errorf("inline calls for verification count among others: %+v", counted)
	}
}

// awaitCompared waits until so many more calls were compared.
func (s *testTable) awaitCompared(t *testing.T, more uint64) {
	first := s.verification(t, "Get")
	for end := time.Now().Add(time.Minute); ; runtime.Gosched() {
		if now := s.verification(t, "Get"); now.Compared() >= first.Compared()+more {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("in a minute not %d calls are compared", more)
		}
	}
}

func isOver(over <-chan struct{}) bool {
	select {
	case <-over:
		return true
	default:
		return false
	}
}
