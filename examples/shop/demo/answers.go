package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// call is an HTTP request to api. In path, {order} stands for the order that
// was placed last.
type call struct {
	method, path, body string
	// settle repeats the request until the answer stays the same: services go
	// on with oneway calls after they have answered.
	settle bool
}

func (c call) String() string {
	path := c.path
	if len(path) > 40 {
		path = path[:37] + "..."
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", c.method, path, c.body))
}

// script has a request for every kind of answer that the shop gives.
var script = slices.Concat(
	[]call{{method: "GET", path: "/versions"}},
	each("GET", "/items/", "lamp", "desk", "workplace", "novel", "pencil", "coat", "walkman", "poster", "unicorn"),
	each("GET", "/stock/", "lamp", "desk", "workplace", "novel", "pencil", "coat", "walkman", "poster", "unicorn"),
	[]call{
		{method: "GET", path: "/items?ids=lamp,desk,novel,coat,poster,unicorn"},
		{method: "GET", path: "/items?ids=workplace,walkman&parts=category,spec"},
		{method: "GET", path: "/items?ids=lamp&parts="},
		{method: "GET", path: "/items?ids=lamp&parts=soul"},
		{method: "GET", path: "/items?ids=" + strings.Repeat("lamp,", 65)},
		{method: "GET", path: "/items"},
		{method: "POST", path: "/orders", body: `{"item_id": "lamp", "quantity": 13, "note": "a present"}`},
		{method: "GET", path: "/stock/lamp"},
		{method: "DELETE", path: "/orders/{order}"},
		{method: "DELETE", path: "/orders/{order}"},
		{method: "GET", path: "/items/lamp"},
		{method: "POST", path: "/orders", body: `{"item_id": "novel", "warehouse": "POZ"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "novel", "quantity": 500, "warehouse": "POZ"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "coat"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "walkman"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "poster"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "unicorn"}`},
		{method: "POST", path: "/orders", body: `{"item_id": "pencil", "quantity": -1}`},
		{method: "POST", path: "/orders", body: `{"item": "lamp"}`},
		{method: "GET", path: "/calls", settle: true},
		{method: "GET", path: "/views"},
	},
)

// each returns a call for each of the ends of a path.
func each(method, path string, ends ...string) []call {
	calls := make([]call, len(ends))
	for i, end := range ends {
		calls[i] = call{method: method, path: path + end}
	}
	return calls
}

// answer is what came back.
type answer struct {
	Call   call
	Status int
	Body   any // JSON, decoded
}

// send sends one request.
func send(ctx context.Context, url string, c call, id string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, c.method, url+c.path, strings.NewReader(c.body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("X-Request-Id", id)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%v: %w", c, err)
	}
	a := answer{Call: c, Status: resp.StatusCode}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&a.Body); err != nil {
		return answer{}, fmt.Errorf("%v: status %d: %w", c, a.Status, err)
	}
	return a, nil
}

// play sends the calls one after the other. Their ids are the same each time.
func play(ctx context.Context, url string, calls []call, step func(done, total int)) ([]answer, error) {
	var answers []answer
	order := "none"
	for i, c := range calls {
		id := fmt.Sprintf("request-%d", i+1)
		sent := c
		sent.path = strings.ReplaceAll(c.path, "{order}", order)
		a, err := send(ctx, url, sent, id)
		for c.settle && err == nil {
			last := a.Body
			time.Sleep(100 * time.Millisecond)
			if a, err = send(ctx, url, sent, id); reflect.DeepEqual(a.Body, last) {
				break
			}
		}
		if err != nil {
			return nil, err
		}
		a.Call = c
		if id, ok := find(a.Body, "data", "id").(string); ok && c.path == "/orders" {
			order = id
		}
		answers = append(answers, a)
		step(i+1, len(calls))
	}
	return answers, nil
}

// find returns the value below v that the keys lead to, or nil.
func find(v any, keys ...string) any {
	for _, key := range keys {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

// kitexVersions returns the version that each service reports.
func kitexVersions(answers []answer) (map[string]string, error) {
	for _, a := range answers {
		if a.Call.path != "/versions" {
			continue
		}
		versions := make(map[string]string)
		services, _ := find(a.Body, "data").(map[string]any)
		for service := range services {
			versions[service], _ = find(services, service, "kitex").(string)
		}
		return versions, nil
	}
	return nil, fmt.Errorf("no answer to /versions")
}

// difference is where two answers to the same call first differ.
type difference struct {
	Call             string
	Where            string
	Separate, Merged string
}

// differences compares the answers to the same script.
func differences(separate, merged []answer) []difference {
	var ds []difference
	for i, s := range separate {
		if i >= len(merged) {
			ds = append(ds, difference{s.Call.String(), "answer", fmt.Sprint(s.Status), "none"})
			continue
		}
		m := merged[i]
		if s.Status != m.Status {
			ds = append(ds, difference{s.Call.String(), "status", fmt.Sprint(s.Status), fmt.Sprint(m.Status)})
			continue
		}
		if where, a, b, differ := firstDifference("$", s.Body, m.Body); differ {
			ds = append(ds, difference{s.Call.String(), where, jsonText(a), jsonText(b)})
		}
	}
	return ds
}

// absent stands for a value that only the other side has.
type absent struct{}

// firstDifference walks two JSON values and returns where they first differ.
// Objects are equal whatever the order of their keys.
func firstDifference(path string, a, b any) (where string, x, y any, differ bool) {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			break
		}
		keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			var u, v any = absent{}, absent{}
			if value, ok := a[key]; ok {
				u = value
			}
			if value, ok := b[key]; ok {
				v = value
			}
			if where, x, y, differ := firstDifference(path+"."+key, u, v); differ {
				return where, x, y, true
			}
		}
		return "", nil, nil, false
	case []any:
		b, ok := b.([]any)
		if !ok {
			break
		}
		for i := range max(len(a), len(b)) {
			var u, v any = absent{}, absent{}
			if i < len(a) {
				u = a[i]
			}
			if i < len(b) {
				v = b[i]
			}
			if where, x, y, differ := firstDifference(fmt.Sprintf("%s[%d]", path, i), u, v); differ {
				return where, x, y, true
			}
		}
		return "", nil, nil, false
	}
	return path, a, b, !reflect.DeepEqual(a, b)
}

func jsonText(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
