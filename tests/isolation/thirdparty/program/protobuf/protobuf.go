// Package protobuf shows what the registry knows of a message that two services
// have different versions of, under one name and in a file of one name.
package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
)

// Run sends the message as one of any type.
func Run(service string, order proto.Message) {
	file, err := protoregistry.GlobalFiles.FindFileByPath("shop/order.proto")
	if err != nil {
		panic(err)
	}
	fields := file.Messages().ByName("Order").Fields()
	for i := range fields.Len() {
		fmt.Println(service, "field", fields.Get(i).FullName())
	}
	wrapped, err := anypb.New(order)
	if err != nil {
		panic(err)
	}
	sent, err := proto.MarshalOptions{Deterministic: true}.Marshal(wrapped)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s sends %q\n", service, sent)
	received, err := wrapped.UnmarshalNew()
	fmt.Println(service, "receives", proto.Equal(received, order), err)
}
