// Package merger merges programs by plain go tools, for tests with an SDK for which
// Bazel would compile everything again.
//
// Each program is compiled in a namespace, as the rules do it: with overlays, views,
// adapters, glue and main package that mergegen's commands write, and with
// import configurations in which a package finds those of its service only.
//
// What differs from a Bazel build: there is no cgo, no debug information and no
// inlining; of the standard library a service has only the packages that it
// reaches; no packages are shared, and nothing is done for functions of other
// modules; the SDK is not checked against the table of the standard library, nor C
// symbols for clashes.
//
// The environment variable GO_MERGE_TEST_SDKS names the SDK, as package gosdk reads
// it. By default it is the one of the go command. Under Bazel, MERGEGEN,
// DESCRIBER_KITEX and DESCRIBER_GRPC name the programs, as $(rlocationpath) writes it.
package merger
