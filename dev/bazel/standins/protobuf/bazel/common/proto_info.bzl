"""The built-in `ProtoInfo`."""

load(":native.bzl", "NativeProtoInfo")

ProtoInfo = NativeProtoInfo
