package main

import (
	"context"

	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/examples/hotel/house/rooms/hotelpb"
	"github.com/gomerge/rules_go_merge/examples/hotel/tracing"
)

// spans implements hotel.Spans.
type spans struct {
	hotelpb.UnimplementedSpansServer
	recorder *tracing.Recorder
}

func (s spans) List(ctx context.Context, in *hotelpb.Trace) (*hotelpb.SpanList, error) {
	recorded, err := s.recorder.Spans(ctx, in.Id)
	if err != nil {
		return nil, err
	}
	list := &hotelpb.SpanList{}
	for _, span := range recorded {
		list.Spans = append(list.Spans, &hotelpb.Span{
			Id: span.ID, Parent: span.Parent, Name: span.Name, Kind: span.Kind, Attributes: span.Attributes,
		})
	}
	return list, nil
}

func (spans) Version(context.Context, *hotelpb.VersionRequest) (*hotelpb.VersionInfo, error) {
	return &hotelpb.VersionInfo{Grpc: grpc.Version}, nil
}
