//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"reflect"
	"strings"
	"unsafe"

	imetadata "google.golang.org/grpc/internal/metadata"
	"google.golang.org/grpc/metadata"
)

// goMergeMetadata is the outgoing metadata of a context, as package metadata keeps it.
// The nil one is none.
type goMergeMetadata struct {
	md    metadata.MD
	added [][]string // keys and values by turns
}

// goMergeOutgoingKey is the key of a context's outgoing metadata.
var goMergeOutgoingKey = goMergeKeyOf(func(ctx context.Context) { metadata.FromOutgoingContext(ctx) })

// goMergeKeepsMetadata reports whether package metadata keeps it like that.
var goMergeKeepsMetadata = func() bool {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "a", "b")
	kept, own := reflect.TypeOf(ctx.Value(goMergeOutgoingKey)), reflect.TypeOf(goMergeMetadata{})
	return kept != nil && kept.Kind() == reflect.Struct && kept.NumField() == 2 &&
		kept.Field(0).Type == own.Field(0).Type && kept.Field(1).Type == own.Field(1).Type
}()

// goMergeOutgoing returns the outgoing metadata of a context, which must not be changed.
func goMergeOutgoing(ctx context.Context) *goMergeMetadata {
	value := ctx.Value(goMergeOutgoingKey)
	if value == nil {
		return nil
	}
	if !goMergeKeepsMetadata {
		md, _ := metadata.FromOutgoingContext(ctx)
		return &goMergeMetadata{md: md}
	}
	// An interface with a struct in it has a pointer to the struct.
	return (*[2]*goMergeMetadata)(unsafe.Pointer(&value))[1]
}

// valid reports whether an RPC does not refuse the metadata.
func (m *goMergeMetadata) valid() bool {
	if m == nil {
		return true
	}
	if imetadata.Validate(m.md) != nil {
		return false
	}
	for _, pairs := range m.added {
		for i := 0; i+1 < len(pairs); i += 2 {
			if imetadata.ValidatePair(pairs[i], pairs[i+1]) != nil {
				return false
			}
		}
	}
	return true
}

// obstacle says why calls with the metadata cannot be inline, "" if they can.
// HTTP/2 gives some keys a meaning, and limits the size.
func (m *goMergeMetadata) obstacle() string {
	size, obstacle := 0, ""
	m.each(func(key string, values []string) {
		switch key {
		case "connection", "host", "grpc-accept-encoding":
			obstacle = "its metadata has " + key
		}
		for _, value := range values {
			size += len(key) + len(value) + 32
		}
	})
	if obstacle == "" && size > 1<<20 {
		obstacle = "its metadata is larger than 1 MiB"
	}
	return obstacle
}

// addTo adds a copy of the metadata to that of a server, without what is not the
// service's. It returns the server's, which may be nil before.
func (m *goMergeMetadata) addTo(to map[string][]string) map[string][]string {
	if m == nil {
		return to
	}
	keys, count := len(m.md), 0
	for _, values := range m.md {
		count += len(values)
	}
	for _, pairs := range m.added {
		keys += len(pairs) / 2
		count += len(pairs) / 2
	}
	if to == nil {
		to = make(map[string][]string, keys+4)
	}
	all := make([]string, 0, count) // for all keys together
	m.each(func(key string, values []string) {
		if len(values) == 0 || goMergeReserved(key) {
			return
		}
		if old := to[key]; old != nil {
			to[key] = append(old, values...)
			return
		}
		all = append(all, values...)
		to[key] = all[len(all)-len(values) : len(all) : len(all)]
	})
	return to
}

// each calls f for all keys, which may come several times, in the order of the values.
func (m *goMergeMetadata) each(f func(key string, values []string)) {
	if m == nil {
		return
	}
	for key, values := range m.md {
		f(strings.ToLower(key), values)
	}
	for _, pairs := range m.added {
		for i := 0; i+1 < len(pairs); i += 2 {
			f(strings.ToLower(pairs[i]), pairs[i+1:i+2])
		}
	}
}
