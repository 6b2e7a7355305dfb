// Package std compiles, links and runs what a service has of its own of the
// standard library with whole Go SDKs, by plain go tools.
//
// The environment variable GO_MERGE_TEST_SDKS lists them, as package gosdk reads
// it. By default it is the one of the go command.
package std
