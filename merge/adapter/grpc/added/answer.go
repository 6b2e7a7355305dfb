//go:build go_merge_added && go1.24

package grpc

import (
	"fmt"
	"sort"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAnswerOf returns a copy of a reply to be compared: by field if the codec is the
// framework's own for protobuf, and else by the bytes that the codec makes.
func goMergeAnswerOf(codec baseCodec, reply interface{}) (answer mergeruntime.Answer, err error) {
	defer func() {
		if p := recover(); p != nil { // RPCs never have a client's codec write replies
			err = fmt.Errorf("reading the reply panics: %v", p)
		}
	}()
	var r goMergeReplyReader
	message, ok := reply.(proto.Message)
	if ok && goMergeIsProto(codec) {
		answer = r.message(message.ProtoReflect(), 0)
		return answer, r.Err()
	}
	data, err := goMergeMarshal(codec, reply)
	if err != nil {
		return mergeruntime.Answer{}, err
	}
	answer = r.Struct([]string{"message"}, []mergeruntime.Answer{r.Bytes(data)})
	return answer, r.Err()
}

// goMergeReplyReader reads one reply.
type goMergeReplyReader struct{ mergeruntime.AnswerBuilder }

func (r *goMergeReplyReader) message(m protoreflect.Message, depth int) mergeruntime.Answer {
	if !r.Descend(depth) {
		return mergeruntime.Answer{}
	}
	var names []string
	var values []mergeruntime.Answer
	add := func(name string, value mergeruntime.Answer) {
		names, values = append(names, name), append(values, value)
	}
	if packed := goMergeUnpackAny(m); packed != nil {
		add("@type", r.Text(string(packed.Descriptor().FullName())))
		add("value", r.message(packed, depth+1))
		return r.Struct(names, values)
	}
	var set []protoreflect.FieldDescriptor
	m.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		set = append(set, field)
		return true
	})
	sort.Slice(set, func(i, j int) bool { return set[i].Number() < set[j].Number() }) // Range has any order
	for _, field := range set {
		if r.Err() == nil {
			add(string(field.Name()), r.field(field, m.Get(field), depth))
		}
	}
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		add("(unknown fields)", r.Bytes(unknown))
	}
	return r.Struct(names, values)
}

func (r *goMergeReplyReader) field(field protoreflect.FieldDescriptor, value protoreflect.Value, depth int) mergeruntime.Answer {
	switch {
	case field.IsList():
		var items []mergeruntime.Answer
		for i, list := 0, value.List(); i < list.Len() && r.Err() == nil; i++ {
			items = append(items, r.single(field, list.Get(i), depth))
		}
		return r.List(items)
	case field.IsMap():
		var keys, values []mergeruntime.Answer
		value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			keys = append(keys, r.single(field.MapKey(), key.Value(), depth))
			values = append(values, r.single(field.MapValue(), value, depth))
			return r.Err() == nil
		})
		return r.Map(keys, values)
	}
	return r.single(field, value, depth)
}

func (r *goMergeReplyReader) single(field protoreflect.FieldDescriptor, value protoreflect.Value, depth int) mergeruntime.Answer {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return r.message(value.Message(), depth+1)
	case protoreflect.StringKind:
		return r.Text(value.String())
	case protoreflect.BytesKind:
		return r.Bytes(value.Bytes())
	case protoreflect.EnumKind:
		return r.Scalar(strconv.Itoa(int(value.Enum())))
	case protoreflect.FloatKind:
		return r.Float(value.Float(), 32)
	case protoreflect.DoubleKind:
		return r.Float(value.Float(), 64)
	}
	return r.Scalar(value.String())
}

// goMergeUnpackAny returns the message in a google.protobuf.Any whose type the service
// knows, and nil for any other message: the order of a map in the bytes means nothing.
func goMergeUnpackAny(m protoreflect.Message) protoreflect.Message {
	descriptor := m.Descriptor()
	if descriptor.FullName() != "google.protobuf.Any" {
		return nil
	}
	url, data := descriptor.Fields().ByName("type_url"), descriptor.Fields().ByName("value")
	if url == nil || data == nil {
		return nil
	}
	known, err := protoregistry.GlobalTypes.FindMessageByURL(m.Get(url).String())
	if err != nil {
		return nil
	}
	packed := known.New()
	if proto.Unmarshal(m.Get(data).Bytes(), packed.Interface()) != nil {
		return nil
	}
	return packed
}
