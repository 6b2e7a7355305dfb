// Package versions runs the tests of isolation and permissions with an SDK, on
// binaries that package merger makes. Services and what they are given are read
// from the BUILD files of these tests.
//
// Left to Bazel are packages that services share, and modules of third parties.
package versions
