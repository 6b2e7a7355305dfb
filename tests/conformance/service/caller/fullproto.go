package main

import (
	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos/protoservice"
)

// anId is a oneof's value. One that is zero is not sent.
var anId = &protos.Message_Id{Id: 1}

// fullProto returns a message with a value in every field.
func fullProto() *protos.Message {
	named := func(n int32) *protos.Message { return &protos.Message{Small: n, Kind: anId} }
	return &protos.Message{
		Text: "text", Small: -1, Large: -2, Fixed: 3, Real: 4.5, Flag: true, Raw: []byte{0, 255}, Colour: protos.Colour_BLUE,
		Maybe: ptr(int32(6)), MaybeText: ptr("maybe"), Child: &protos.Message{Text: "child", Kind: anId},
		Words: []string{"a", ""}, Numbers: []int32{1, 0, -1}, Children: []*protos.Message{named(1), named(2)},
		Counts: map[string]int64{"a": 1}, ById: map[int32]*protos.Message{1: named(3)},
		Kind: &protos.Message_Message{Message: &protos.Message{Kind: &protos.Message_Name{Name: "name"}}},
		Kinds: &protos.Kinds{
			Int64: -1, Uint32: 2, Uint64: 3, Sint32: -4, Fixed64: 5, Sfixed32: -6, Sfixed64: -7, Float: 8.5,
			MaybeFlag: ptr(true), MaybeReal: ptr(9.5), MaybeRaw: []byte("maybe"), MaybeColour: ptr(protos.Colour_RED), MaybeWish: &protos.Wish{Seed: 10},
			Raws: [][]byte{{1}, {2, 3}}, Flags: []bool{true, false}, Reals: []float64{1.5}, Colours: []protos.Colour{5, 1}, Zigzags: []int64{-1, 1},
			Answers: map[bool][]byte{true: []byte("yes")}, Coloured: map[string]protos.Colour{"red": 1}, Measured: map[int64]float64{-1: 1.5},
			Wishes: []*protos.Wish{{What: "wish"}}, Named: map[string]*protos.Wish{"a": {Seed: 11}},
		},
	}
}

// protoChain returns a message in a message, n times.
func protoChain(n int) *protos.Message {
	var message *protos.Message
	for i := range n {
		message = &protos.Message{Small: int32(i), Child: message, Kind: anId}
	}
	return message
}

// protobuf returns a client with more options.
func (t *target) protobuf(more ...client.Option) protoservice.Client {
	return protoservice.MustNewClient(calleeName, t.options(more...)...)
}
