"""The built-in `proto_common`."""

proto_common = proto_common_do_not_use
