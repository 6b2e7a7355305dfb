//go:build go_merge_added

package rpcinfo

// Before v0.16.0 the parts of an RPCInfo are not made to be fields of one struct.
