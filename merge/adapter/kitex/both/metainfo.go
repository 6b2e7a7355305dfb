//go:build go_merge_added

package both

import (
	"context"

	"github.com/bytedance/gopkg/cloud/metainfo"
)

// goMergeNodeKey is under what contexts have the values of metainfo.
var goMergeNodeKey = func() any {
	var asked goMergeAsked
	metainfo.HasMetaInfo(&asked)
	return asked.key
}()

// goMergeNode holds the values of some context. It has the methods that the adapter adds
// to metainfo, if that package is hooked.
var goMergeNode = metainfo.WithPersistentValue(context.Background(), "key", "value").Value(goMergeNodeKey)

// goMergeAsked is a context that knows for what it was asked.
type goMergeAsked struct {
	context.Context
	key any
}

// Value implements context.Context.
func (c *goMergeAsked) Value(key any) any {
	c.key = key
	return nil
}
