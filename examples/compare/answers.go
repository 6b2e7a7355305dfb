package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Call is an HTTP request.
type Call struct {
	Method, Path, Body string
	// As is a name. In paths of later calls it stands, in braces, for the field
	// "id" of the answer's data.
	As string
	// Settle repeats the request until the answer stays the same: services go
	// on with oneway calls after they have answered.
	Settle bool
}

func (c Call) String() string {
	path := c.Path
	if len(path) > 40 {
		path = path[:37] + "..."
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Method, path, c.Body))
}

// Each returns a call for each of the ends of a path.
func Each(method, path string, ends ...string) []Call {
	calls := make([]Call, len(ends))
	for i, end := range ends {
		calls[i] = Call{Method: method, Path: path + end}
	}
	return calls
}

// Answer is what came back.
type Answer struct {
	Call   Call
	Status int
	Body   any // JSON, decoded
}

// send sends one request.
func (d *Deployment) send(ctx context.Context, c Call, headers http.Header) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, c.Method, d.URL+c.Path, strings.NewReader(c.Body))
	if err != nil {
		return Answer{}, err
	}
	req.Header = headers
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%v: %w", c, err)
	}
	a := Answer{Call: c, Status: resp.StatusCode}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&a.Body); err != nil {
		return Answer{}, fmt.Errorf("%v: status %d: %w", c, a.Status, err)
	}
	return a, nil
}

// Play sends the calls one after the other. Their headers are the same each time.
func (d *Deployment) Play(ctx context.Context, calls []Call, step func(done, total int)) ([]Answer, error) {
	var answers []Answer
	ids := make(map[string]string)
	for i, c := range calls {
		headers := d.example.headers(i + 1)
		sent := c
		for name, id := range ids {
			sent.Path = strings.ReplaceAll(sent.Path, "{"+name+"}", id)
		}
		a, err := d.send(ctx, sent, headers)
		for c.Settle && err == nil {
			last := a.Body
			time.Sleep(100 * time.Millisecond)
			if a, err = d.send(ctx, sent, headers); reflect.DeepEqual(a.Body, last) {
				break
			}
		}
		if err != nil {
			return nil, err
		}
		a.Call = c
		if id, ok := find(a.Body, "data", "id").(string); ok && c.As != "" {
			ids[c.As] = id
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

// versions returns the version of a framework that each service reports.
func versions(answers []Answer, framework string) (map[string]string, error) {
	for _, a := range answers {
		if a.Call.Path != versionsPath {
			continue
		}
		versions := make(map[string]string)
		services, _ := find(a.Body, "data").(map[string]any)
		for service := range services {
			versions[service], _ = find(services, service, strings.ToLower(framework)).(string)
		}
		return versions, nil
	}
	return nil, errors.New("no answer to " + versionsPath)
}

// Difference is where two answers to the same call first differ.
type Difference struct {
	Call             string
	Where            string
	Separate, Merged string
}

// differences compares the answers to the same script.
func differences(separate, merged []Answer) []Difference {
	var ds []Difference
	for i, s := range separate {
		if i >= len(merged) {
			ds = append(ds, Difference{s.Call.String(), "answer", fmt.Sprint(s.Status), "none"})
			continue
		}
		m := merged[i]
		if s.Status != m.Status {
			ds = append(ds, Difference{s.Call.String(), "status", fmt.Sprint(s.Status), fmt.Sprint(m.Status)})
			continue
		}
		if where, a, b, differ := firstDifference("$", s.Body, m.Body); differ {
			ds = append(ds, Difference{s.Call.String(), where, jsonText(a), jsonText(b)})
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
