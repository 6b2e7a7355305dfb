// Package names prints names that Go has for code and types. Merged, they begin
// with the service's namespace.
package names

import (
	"fmt"
	"reflect"

	"google.golang.org/protobuf/protoadapt"
	"gorm.io/gorm/schema"
)

type item struct{}

type list[T any] struct{}

// old is a message as it was made before protobuf had descriptors.
type old struct{}

func (*old) Reset() {}

func (*old) String() string { return "" }

func (*old) ProtoMessage() {}

// Run prints one name a line.
func Run(service string) {
	fmt.Println(service, "package", reflect.TypeFor[item]().PkgPath())
	fmt.Println(service, "type argument", fmt.Sprintf("%T", list[item]{}))
	fmt.Println(service, "gorm", schema.Schema{ModelType: reflect.TypeFor[item]()}.String())
	fmt.Println(service, "protobuf", protoadapt.MessageV2Of(&old{}).ProtoReflect().Descriptor().FullName())
}
