#!/bin/sh
# Generates the code with the tool of Kitex v0.11.3, which runs a thriftgo that is on the PATH, and
# protoc, which has to be installed.
set -eu
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
module=github.com/gomerge/rules_go_merge/tests/conformance/service/gen
(cd ../../../../tests/difftest/kitex_v0.11.3 &&
    go build -o "$tools/" github.com/cloudwego/kitex/tool/cmd/kitex github.com/cloudwego/thriftgo)
PATH=$tools:$PATH
for idl in contract probe skew_caller skew_callee stream; do
    kitex -no-dependency-check -module $module ../../../idl/$idl.thrift
done
# Calls whose messages fastpb encodes, as they are without the option, stay RPCs.
for idl in proto proto_caller proto_callee; do
    kitex -no-dependency-check -type protobuf -no-fast-api -module $module -I ../../../idl $idl.proto
done
# This version of kitex pins a module, which the services do themselves.
go mod edit -dropreplace github.com/apache/thrift
