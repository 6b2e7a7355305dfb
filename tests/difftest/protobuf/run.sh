#!/bin/sh
# Runs the differential test of mergegen's conversions for protobuf:
#
#   ./run.sh [arguments of go test]
#
# MERGEGEN, DESCRIBER and PROTOC are those programs, which are otherwise built.
#
# As ../run.sh, but for these services:
#
#   old      calls; Kitex v0.13.1, idl/old, prutal
#   oldgo    calls; as old, with protobuf-go in place of prutal
#   new      calls and serves; Kitex v0.16.3, idl/new, prutal
#   newgo    calls and serves; as new, with protobuf-go
#   mixed    serves; as newgo, but protobuf-go's messages are encoded by prutal
#   oldmsg   calls; oldgo's messages without the structs that Kitex puts them in
#   newmsg   calls and serves; the same with newgo's
set -eu
cd "$(dirname "$0")"
export GOWORK=off
# Several services have messages of one name, which are in one process here.
export GOLANG_PROTOBUF_REGISTRATION_CONFLICT=ignore
rm -rf gen
mkdir -p gen/bin

if [ -n "${PROTOC:-}" ]; then
    cp "$PROTOC" gen/bin/protoc
else
    (cd protoc && go build -o ../gen/bin/ .)
fi
go build -o gen/bin/kitex_v0.16.3 github.com/cloudwego/kitex/tool/cmd/kitex
(cd ../kitex_v0.13.1 && go build -o ../protobuf/gen/bin/kitex_v0.13.1 github.com/cloudwego/kitex/tool/cmd/kitex)
if [ -z "${MERGEGEN:-}" ]; then
    MERGEGEN=$PWD/gen/bin/mergegen
    DESCRIBER=$PWD/gen/bin/describer
    (cd ../../.. && go build -o tests/difftest/protobuf/gen/bin/ ./tools/mergegen ./merge/adapter/kitex/describer)
fi

# service NAME IDL KITEX-VERSION USE [OPTION...] generates and describes one service.
service() {
    name=$1 idl=$2 version=$3 use=$4
    shift 4
    module=difftest_protobuf/gen/$name
    mkdir -p gen/$name gen/user/$name
    printf 'module %s\n' $module >gen/$name/go.mod # the tool asks for one
    for file in base two rich; do
        (cd gen/$name && ../bin/kitex_$version -no-dependency-check -module $module -type protobuf \
            -compiler-path ../bin/protoc -I ../../idl/$idl "$@" ../../idl/$idl/$file.proto) 2>&1 | grep -v -e INFO -e google/protobuf || true
    done
    rm gen/$name/go.mod
    printf 'package user\n\nimport "%s/kitex_gen/rich/rich"\n\n%s\n' $module "$use" >gen/user/$name/user.go
    "$DESCRIBER" -o gen/$name.part.json \
        --package "difftest_protobuf/gen/$name/kitex_gen/rich/rich=$(ls gen/$name/kitex_gen/rich/rich/*.go | paste -sd, -)" \
        --user difftest_protobuf/gen/user/$name=gen/user/$name/user.go
    "$MERGEGEN" describe --service $name --part kitex=gen/$name.part.json -o gen/$name.json
    "$MERGEGEN" describe --service $name --part kitex=gen/$name.part.json -o gen/$name.client.json --serves=
}
client='var client = rich.MustNewClient("rich")'
server='var server = rich.NewServer(nil)'
service old old v0.13.1 "$client"
service new new v0.16.3 "$client; $server"
export KITEX_TOOL_USE_PROTOC=1
service oldgo old v0.13.1 "$client" -no-fast-api
service newgo new v0.16.3 "$client; $server"
export KITEX_TOOL_USE_PRUTAL_MARSHAL=1
service mixed new v0.16.3 "$server"

# messages NAME OF describes a service whose messages are those of another one, and
# cross as bytes or are converted. Two methods more are streams.
messages() {
    for kind in "" .client; do
        sed -e 's/"service": "[a-z]*"/"service": "'$1'"/' -e 's/"codec": "protobuf"/"codec": "bytes", "format": "messages"/' \
            -e 's#/rich/rich\.Do\(Two\|Loose\|Request\)Args"#/two.\1"#' -e 's#/rich/rich\.Do\(Two\|Loose\)Result"#/two.\1"#' \
            -e 's#"[^"]*/rich/rich\.DoNoneResult"#"google.golang.org/protobuf/types/known/emptypb.Empty"#' \
            -e 's#/rich/rich\.Do\(Added\|Gone\)\(Args\|Result\)"#/rich.None"#' \
            -e 's#/rich/rich\.Stream\(Args\|Result\)"#/rich.None"#' -e 's#/rich/rich\.DoRequestResult"#/rich.None"#' \
            -e 's#/rich/rich\.Do\([A-Za-z]*\)\(Args\|Result\)"#/rich.\1"#' \
            -e '/"name": "Do\(Everything\|Maps\)"/,/"streaming"/s/"streaming": false/"streaming": true/' gen/$2$kind.json >gen/$1$kind.json
    done
}
messages oldmsg oldgo
messages newmsg newgo

go list -export -deps -f '{{if not .Standard}}--export={{.ImportPath}}={{.Export}}{{end}}' ./gen/*/kitex_gen/rich/rich |
    grep -e difftest_protobuf/gen -e google.golang.org/protobuf/types/known >gen/exports.params

# glue CALLER CALLEE
glue() {
    mkdir -p gen/glue/$1_$2
    [ $1 = $2 ] && caller=gen/$1.json || caller=gen/$1.client.json
    "$MERGEGEN" glue --caller $caller --callee gen/$2.json @gen/exports.params --package $1_$2 \
        --runtime-import difftest/runtime -o gen/glue/$1_$2/glue.go --manifest gen/glue/$1_$2/links.json
}
glue old new
glue old newgo
glue old mixed
glue oldgo new
glue oldgo newgo
glue oldgo mixed
glue new new
glue new newgo
glue newgo newgo
glue oldmsg newmsg
glue newmsg newmsg

go vet ./gen/glue/...
go test "$@" .
