// Protoc stands in for the protobuf compiler, as far as the Kitex tool calls
// it: protoc -I DIR --plugin=NAME=PROGRAM --kitex_out=DIR --kitex_opt=OPTIONS IDL.
package main

import (
	"bytes"
	"context"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("protoc: ")
	dir := flag.String("I", "", "directory of the IDL")
	plugin := flag.String("plugin", "", "NAME=PROGRAM")
	out := flag.String("kitex_out", "", "directory to write to")
	options := flag.String("kitex_opt", "", "options of the plugin")
	flag.Parse()
	idl, err := filepath.Rel(*dir, flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	_, program, _ := strings.Cut(*plugin, "=")
	request, err := compile(*dir, idl)
	if err != nil {
		log.Fatal(err)
	}
	request.Parameter = options
	response, err := run(program, request)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range response.File {
		name := filepath.Join(*out, f.GetName())
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f.GetContent()), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

// compile reads an IDL and what it imports.
func compile(dir, idl string) (*pluginpb.CodeGeneratorRequest, error) {
	c := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{dir}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := c.Compile(context.Background(), idl)
	if err != nil {
		return nil, err
	}
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: []string{idl}}
	seen := make(map[string]bool)
	var add func(protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		imports := f.Imports()
		for i := range imports.Len() {
			add(imports.Get(i).FileDescriptor)
		}
		request.ProtoFile = append(request.ProtoFile, protoutil.ProtoFromFileDescriptor(f))
	}
	add(files[0])
	return request, nil
}

func run(plugin string, request *pluginpb.CodeGeneratorRequest) (*pluginpb.CodeGeneratorResponse, error) {
	in, err := proto.Marshal(request)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(plugin)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	response := new(pluginpb.CodeGeneratorResponse)
	return response, proto.Unmarshal(out, response)
}
