#!/bin/sh
# Generates the Go code of .proto files, with the plugins that the module of the current folder has, and
# the protoc on the PATH:
#
#   generate.sh FOLDER FILE...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
plugins=$(mktemp -d)
trap 'rm -rf "$plugins"' EXIT
go build -o "$plugins/" google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
package=$(go list -f '{{.ImportPath}}' .)/$folder
for file; do
    set -- "$@" "--go_opt=M$file.proto=$package" "--go-grpc_opt=M$file.proto=$package" "$file.proto"
    shift
done
mkdir -p "$folder"
PATH=$plugins:$PATH protoc -I "$here/proto" --go_out="$folder" --go_opt=paths=source_relative \
    --go-grpc_out="$folder" --go-grpc_opt=paths=source_relative "$@"
