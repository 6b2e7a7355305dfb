"""Bazel's built-in names under other names: no file can both read and redefine one."""

NativeProtoInfo = ProtoInfo  # buildifier: disable=native-proto-info
