// Package service imports what the unit tests of the added files do, for the .mod
// files of this folder.
package service

import (
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	_ "google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)
