package answers

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Generated as Kitex does for Thrift.
type (
	offer struct {
		Name    string            `thrift:"name,1" frugal:"1,default,string" json:"name"`
		Price   *float64          `thrift:"price,2,optional" frugal:"2,optional,double" json:"price,omitempty"`
		Tags    []string          `thrift:"tags,3" frugal:"3,default,set<string>" json:"tags"`
		Notes   []string          `thrift:"notes,4,optional" frugal:"4,optional,list<string>" json:"notes,omitempty"`
		Lines   []*line           `thrift:"lines,5" frugal:"5,default,list<line>" json:"lines"`
		Stock   map[string]int64  `thrift:"stock,6" frugal:"6,default,map<string:i64>" json:"stock"`
		Labels  map[string]string `thrift:"labels,7" frugal:"7,default,map<string:string>" json:"labels"`
		Groups  map[int32][]int32 `thrift:"groups,8" frugal:"8,default,map<i32:set<i32>>" json:"groups"`
		Data    []byte            `thrift:"data,9" frugal:"9,default,binary" json:"data"`
		ByLine  map[*line]bool    `thrift:"by_line,10" frugal:"10,default,map<line:bool>" json:"by_line"`
		private int

		_unknownFields []byte
	}
	line struct {
		ID       int64  `thrift:"id,1" frugal:"1,default,i64" json:"id"`
		APIToken string `thrift:"api_token,2" frugal:"2,default,string" json:"api_token"`
	}
)

// Generated as protoc-gen-go does, one with the opaque API.
type (
	rate struct {
		state         int
		Room          string     `protobuf:"bytes,1,opt,name=room,proto3" json:"room,omitempty"`
		Nights        []uint32   `protobuf:"varint,2,rep,packed,name=nights,proto3" json:"nights,omitempty"`
		Kind          isRateKind `protobuf_oneof:"kind"`
		Proof         []byte     `protobuf:"bytes,5,opt,name=proof" json:"proof,omitempty"`
		unknownFields []byte
		sizeCache     int32
	}
	isRateKind interface{ isRateKind() }
	rateFixed  struct {
		Fixed int64 `protobuf:"varint,3,opt,name=fixed,proto3,oneof"`
	}
	rateShare struct {
		Share float32 `protobuf:"fixed32,4,opt,name=share,proto3,oneof"`
	}
	opaqueRate struct {
		xxx_hidden_Room string `protobuf:"bytes,1,opt,name=room,proto3"`
		XXX_presence    [1]uint32
	}
)

func (*rateFixed) isRateKind() {}
func (*rateShare) isRateKind() {}

func TestOf(t *testing.T) {
	tests := []struct {
		name   string
		answer any
		want   string
	}{
		{"nil", nil, "null"},
		{"a nil pointer", (*offer)(nil), "null"},
		{"empty", &offer{}, `{name: "", tags: {}, lines: [], stock: {}, labels: {}, groups: {}, data: "", by_line: {}, (unknown fields): ""}`},
		{"thrift", &offer{
			Name: "tea", Price: new(float64), Tags: []string{"b", "a"}, Notes: []string{}, Lines: []*line{{ID: 7}, nil},
			Stock: map[string]int64{"y": 2, "x": 1}, Groups: map[int32][]int32{1: {3, 2}}, Data: []byte("\x00z"),
			ByLine: map[*line]bool{{ID: 2}: true, {ID: 1}: false}, private: 1, _unknownFields: []byte("u"),
		}, `{name: "tea", price: 0, tags: {"a", "b"}, notes: [], lines: [{id: 7, api_token: ""}, null], stock: {"x": 1, "y": 2}, labels: {}, groups: {1: {2, 3}}, data: "\x00z", ` +
			`by_line: {{id: 1, api_token: ""}: false, {id: 2, api_token: ""}: true}, (unknown fields): "u"}`},
		{"protobuf", &rate{state: 1, Room: "suite", Nights: []uint32{1, 2}, Kind: &rateFixed{5}, unknownFields: []byte("u"), sizeCache: 9},
			`{room: "suite", nights: [1, 2], kind: {fixed: 5}, (unknown fields): "u"}`},
		{"protobuf with presence", &rate{Kind: &rateShare{0.1}, Proof: []byte{}}, `{room: "", nights: [], kind: {share: 0.1}, proof: "", (unknown fields): ""}`},
		{"opaque protobuf", &opaqueRate{xxx_hidden_Room: "suite"}, `{room: "suite"}`},
		{"NaN", []float64{math.NaN(), math.Inf(-1)}, "[NaN, -Inf]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Of(tt.answer)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.String(); got != tt.want {
				t.Errorf("got\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

// TestOfCopies changes an answer after a copy was taken.
func TestOfCopies(t *testing.T) {
	answer := &offer{Lines: []*line{{ID: 1}}, Data: []byte("abc"), Stock: map[string]int64{"x": 1}}
	v, err := Of(answer)
	if err != nil {
		t.Fatal(err)
	}
	before := v.String()
	answer.Lines[0].ID, answer.Data[0], answer.Stock["x"] = 2, 'z', 2
	if after := v.String(); after != before {
		t.Errorf("the copy has become\n%s, it was\n%s", after, before)
	}
}

func TestOfBounds(t *testing.T) {
	type node struct{ Next *node }
	loop := new(node)
	loop.Next = loop
	keys := make(map[int]bool)
	for i := range maxParts/2 + 1 {
		keys[i] = true
	}
	for name, answer := range map[string]any{
		"map":   &struct{ Keys map[int]bool }{keys},
		"parts": make([]int64, maxParts+1),
		"text":  []string{strings.Repeat("x", maxBytes/2), strings.Repeat("y", maxBytes/2+1)},
		"bytes": make([]byte, maxBytes+1),
		"depth": loop,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Of(answer); err != ErrTooLarge {
				t.Errorf("error %v, want %v", err, ErrTooLarge)
			}
			if Fits(answer) {
				t.Error("it fits")
			}
		})
	}
	full := make([]int64, maxParts-1)
	if _, err := Of(full); err != nil || !Fits(full) {
		t.Errorf("just below the bound: %v", err)
	}
}

func TestOfUnreadable(t *testing.T) {
	_, err := Of(&struct{ Done chan int }{make(chan int)})
	if err == nil || errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "chan int") {
		t.Errorf("error %v, want one that names chan int", err)
	}
}
