package protos

// XXX_OneofWrappers lists the alternatives of the message's oneof, as the code of
// later versions of Kitex does.
func (*Message) XXX_OneofWrappers() []any { return file_proto_proto_msgTypes[0].OneofWrappers }
