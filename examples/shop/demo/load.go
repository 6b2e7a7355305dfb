package main

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

// loadResult is what a load brought to light.
type loadResult struct {
	Requests int
	Elapsed  time.Duration
	// Latency is in microseconds.
	Latency *hdrhistogram.Histogram
}

// percentile returns the latency that p percent of the requests did not
// exceed.
func (r loadResult) percentile(p float64) time.Duration {
	return time.Duration(r.Latency.ValueAtQuantile(p)) * time.Microsecond
}

// mix is what customers do, over and over.
var mix = []call{
	{method: "GET", path: "/items/lamp"},
	{method: "GET", path: "/items/novel"},
	{method: "GET", path: "/items?ids=lamp,desk,novel,coat"},
	{method: "GET", path: "/stock/lamp"},
	{method: "GET", path: "/items/workplace"},
	{method: "POST", path: "/orders", body: `{"item_id": "pencil", "quantity": 2}`},
	{method: "GET", path: "/items/coat"},
	{method: "GET", path: "/items?ids=pencil,walkman&parts=attributes"},
	{method: "GET", path: "/items/desk"},
	{method: "GET", path: "/stock/workplace"},
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, time.Minute.Microseconds(), 3)
}

// load sends n requests of the mix, so many at a time, and fails with the
// first one that is not answered well.
func load(ctx context.Context, url string, n, concurrency int, step func(done, total int)) (loadResult, error) {
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
				if err := sendWell(ctx, client, url, mix[i%len(mix)], fmt.Sprintf("load-%d", i)); err != nil {
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
	return loadResult{Requests: n, Elapsed: time.Since(start), Latency: sum}, context.Cause(ctx)
}

// sendWell sends a request and returns an error unless the status is OK.
func sendWell(ctx context.Context, client *http.Client, url string, c call, id string) error {
	req, err := http.NewRequestWithContext(ctx, c.method, url+c.path, strings.NewReader(c.body))
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
