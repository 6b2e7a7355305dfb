//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"reflect"

	"google.golang.org/grpc/stats"
)

// goMergeTag is metadata that package stats keeps apart from the rest up to v1.68: what a
// context sends and what a handler gets are values of contexts with different keys.
type goMergeTag struct {
	name           string
	sent, received interface{} // keys
}

// goMergeTags are those of this version.
var goMergeTags = func() (tags []goMergeTag) {
	for _, tag := range []struct {
		name string
		set  func(context.Context, []byte) context.Context
		get  func(context.Context) []byte
	}{
		{"grpc-tags-bin", stats.SetTags, stats.Tags},
		{"grpc-trace-bin", stats.SetTrace, stats.Trace},
	} {
		sent := goMergeField(reflect.ValueOf(tag.set(context.Background(), nil)), "key")
		received := goMergeKeyOf(func(ctx context.Context) { tag.get(ctx) })
		if sent != nil && sent != goMergeOutgoingKey {
			tags = append(tags, goMergeTag{tag.name, sent, received})
		}
	}
	return tags
}()

// goMergeAddTags adds the tags of a client's context to metadata, which may be nil, and
// returns it.
func goMergeAddTags(ctx context.Context, md map[string][]string) map[string][]string {
	for i := range goMergeTags {
		tag := &goMergeTags[i]
		data, _ := ctx.Value(tag.sent).([]byte)
		if data == nil {
			continue
		}
		if md == nil {
			md = map[string][]string{}
		}
		md[tag.name] = append(md[tag.name], string(data))
	}
	return md
}

// tag returns the value that a handler's context has for the key of a tag, nil for others.
func (t *goMergeTransport) tag(key interface{}) interface{} {
	for i := range goMergeTags {
		if key != goMergeTags[i].received {
			continue
		}
		if values := t.incoming()[goMergeTags[i].name]; len(values) > 0 {
			return []byte(values[len(values)-1])
		}
	}
	return nil
}
