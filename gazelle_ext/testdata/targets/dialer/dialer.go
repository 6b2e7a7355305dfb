package dialer

import (
	"fmt"

	"google.golang.org/grpc"
)

func Dial(registry, name string) (*grpc.ClientConn, error) {
	return grpc.Dial(fmt.Sprintf("consul://%s/srv-%s", registry, name))
}
