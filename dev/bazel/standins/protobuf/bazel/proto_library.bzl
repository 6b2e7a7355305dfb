"""The built-in `proto_library`."""

proto_library = native.proto_library
