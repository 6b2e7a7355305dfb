package compare

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Load is the result of a load test.
type Load struct {
	Requests int
	Elapsed  time.Duration
	// Latency is in microseconds.
	Latency *hdrhistogram.Histogram
}

// percentile returns the latency that p percent of the requests did not
// exceed.
func (r Load) percentile(p float64) time.Duration {
	return time.Duration(r.Latency.ValueAtQuantile(p)) * time.Microsecond
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, time.Minute.Microseconds(), 3)
}

// load sends n requests of a mix, so many at a time, and fails with the first
// one that is not answered well.
func load(ctx context.Context, url string, mix []Call, n, concurrency int, step func(done, total int)) (Load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}

	var (
		taken   atomic.Int64
		workers sync.WaitGroup
		mu      sync.Mutex
		sum     = newHistogram()
	)
	start := time.Now()
	for range concurrency {
		workers.Go(func() {
			latency := newHistogram()
			for ctx.Err() == nil {
				i := int(taken.Add(1)) - 1
				if i >= n {
					break
				}
				begin := time.Now()
				if err := SendWell(ctx, client, url, mix[i%len(mix)], fmt.Sprintf("load-%d", i)); err != nil {
					cancel(err)
					break
				}
				latency.RecordValue(time.Since(begin).Microseconds())
				if i%100 == 0 {
					step(i, n)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			sum.Merge(latency)
		})
	}
	workers.Wait()
	return Load{Requests: n, Elapsed: time.Since(start), Latency: sum}, context.Cause(ctx)
}

// SendWell sends a request to the service at a URL, with the request ID, and returns an
// error unless the status is OK.
func SendWell(ctx context.Context, client *http.Client, url string, c Call, id string) error {
	req, err := http.NewRequestWithContext(ctx, c.Method, url+c.Path, strings.NewReader(c.Body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Request-Id", id)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%v: status %d: %s", c, resp.StatusCode, body)
	}
	return nil
}
