#!/bin/sh
# Generates the code of the cases as the Kitex that a folder here is named after does:
#
#   generate.sh VERSION [OUTPUT]
#
# OUTPUT is that folder by default, where the go command looks for the code. KITEX is the tool of that
# version; THRIFTGO and PROTOC are what a tool before v0.13 runs. Without KITEX, the go command builds
# them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=$1
output=${2:-$here/$version}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $version in
v0_10 | v0_11)
    modules=$here/.. tools="-modfile=$version.mod github.com/cloudwego/kitex/tool/cmd/kitex github.com/cloudwego/thriftgo"
    streams=
    # Calls whose messages fastpb encodes, as they are without the option, stay RPCs.
    protobuf="-no-fast-api -compiler-path $work/protoc"
    ;;
v0_13)
    modules=$here/../../../../examples/shop/stock tools=github.com/cloudwego/kitex/tool/cmd/kitex
    streams=-streamx
    protobuf=
    ;;
*)
    echo "$0: no version $version" >&2
    exit 2
    ;;
esac

if [ -n "${KITEX:-}" ]; then
    for tool in "$KITEX=kitex" "${THRIFTGO:-}=thriftgo" "${PROTOC:-}=protoc"; do
        [ -z "${tool%=*}" ] || ln -s "$PWD/${tool%=*}" "$work/${tool#*=}"
    done
else
    export GOWORK=off GOFLAGS=
    # shellcheck disable=SC2086
    (cd "$modules" && go build -o "$work/" $tools)
    (cd "$here/../../../difftest/protobuf/protoc" && go build -o "$work/" .)
fi
# The tools ask the go command where GOPATH is, and to change a go.mod that is not kept.
printf '#!/bin/sh\n[ "$*" != "env GOPATH" ] || echo /nowhere\n' >"$work/go"
chmod +x "$work/go"

module=github.com/gomerge/rules_go_merge/tests/conformance/service/gen
mkdir "$work/code"
echo "module $module" >"$work/code/go.mod"
cp -RL "$here/../../idl" "$work/idl"

# generate IDL [OPTION...] generates the code of one IDL.
generate() {
    idl=$1
    shift
    (cd "$work/code" && PATH=$work:$PATH kitex -no-dependency-check -module "$module" "$@" "../idl/$idl") >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
}
for idl in contract probe skew_caller skew_callee; do
    generate $idl.thrift
done
# shellcheck disable=SC2086
generate stream.thrift $streams
for idl in proto proto_caller proto_callee; do
    # shellcheck disable=SC2086
    generate $idl.proto -type protobuf -I ../idl $protobuf
done

case $version in
v0_10 | v0_11)
    # Later versions list the alternatives of a message's oneof.
    for message in protos:proto:Message:0 protoskew/callee:proto_callee:Skewed:1 protoskew/caller:proto_caller:Skewed:1; do
        IFS=: read -r folder idl name index <<EOF
$message
EOF
        printf 'package %s\n\nfunc (*%s) XXX_OneofWrappers() []any { return file_%s_proto_msgTypes[%s].OneofWrappers }\n' \
            "${folder#*/}" "$name" "$idl" "$index" >"$work/code/kitex_gen/$folder/oneofs.go"
    done
    ;;
esac
cp -R "$work/code/kitex_gen" "$output/"
