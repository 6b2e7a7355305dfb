//go:build go_merge_added && go1.24

package grpc

import (
	"reflect"
	"sync"
)

// goMergeKnownOptions are the call options, by the names of their types, that inline
// calls do as RPCs do. That of an option that came later is not here.
var goMergeKnownOptions = map[string]bool{
	"CompressorCallOption":            true,
	"ContentSubtypeCallOption":        true,
	"CustomCodecCallOption":           true,
	"EmptyCallOption":                 true,
	"FailFastCallOption":              true,
	"ForceCodecCallOption":            true,
	"ForceCodecV2CallOption":          true,
	"HeaderCallOption":                true,
	"MaxRecvMsgSizeCallOption":        true,
	"MaxRetryRPCBufferSizeCallOption": true,
	"MaxSendMsgSizeCallOption":        true,
	"OnFinishCallOption":              true,
	"PeerCallOption":                  true,
	"PerRPCCredsCallOption":           true,
	"StaticMethodCallOption":          true,
	"TrailerCallOption":               true,
}

// goMergeOptionTypes holds for types of call options why calls with them are RPCs.
var goMergeOptionTypes sync.Map

// goMergeUnknownOption says that one of the options is not known, "" if all are.
func goMergeUnknownOption(opts []CallOption) string {
	for _, o := range opts {
		t := reflect.TypeOf(o)
		reason, ok := goMergeOptionTypes.Load(t)
		if !ok {
			reason, _ = goMergeOptionTypes.LoadOrStore(t, goMergeInspectOption(t))
		}
		if reason != "" {
			return reason.(string)
		}
	}
	return ""
}

// goMergeInspectOption looks at the type of an option. One of another package embeds
// one of this package, and does what that does.
func goMergeInspectOption(t reflect.Type) string {
	if t == nil {
		return "a call option is nil"
	}
	own := reflect.TypeOf(EmptyCallOption{})
	if t.PkgPath() == own.PkgPath() && goMergeKnownOptions[t.Name()] {
		return ""
	}
	inner := t
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if inner.Kind() == reflect.Struct && inner.PkgPath() != own.PkgPath() {
		if embedded, ok := inner.FieldByName("EmptyCallOption"); ok && embedded.Anonymous && embedded.Type == own {
			return ""
		}
	}
	return "call option " + t.String() + " is not known"
}
