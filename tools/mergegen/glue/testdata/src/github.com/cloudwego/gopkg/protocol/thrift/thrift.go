// Package thrift stands in for the real one.
package thrift

type NocopyWriter interface{}
