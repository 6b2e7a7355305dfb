package protoimpl

type (
	MessageState  struct{}
	SizeCache     = int32
	UnknownFields = []byte
)

// Message is protoreflect.Message.
type Message interface{ GetUnknown() []byte }
