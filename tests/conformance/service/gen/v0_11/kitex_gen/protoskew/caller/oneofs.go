package caller

// XXX_OneofWrappers lists the alternatives of the message's oneof, as the code of
// later versions of Kitex does.
func (*Skewed) XXX_OneofWrappers() []any { return file_proto_caller_proto_msgTypes[1].OneofWrappers }
