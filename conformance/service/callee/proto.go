package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/protos"
)

// protoHandler serves ProtoService.
type protoHandler struct{}

// EchoProto implements protos.ProtoService.
func (protoHandler) EchoProto(_ context.Context, message *protos.Message) (*protos.Message, error) {
	return message, nil
}

// FailProto implements protos.ProtoService.
func (protoHandler) FailProto(_ context.Context, failure *protos.Failure) (*protos.Message, error) {
	return &protos.Message{Text: failure.How}, fail(failure.How)
}
