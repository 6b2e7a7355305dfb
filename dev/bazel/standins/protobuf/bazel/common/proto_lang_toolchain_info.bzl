"""The built-in `ProtoLangToolchainInfo`."""

ProtoLangToolchainInfo = proto_common_do_not_use.ProtoLangToolchainInfo
