// Package versions runs the conformance suite with the versions of Kitex that
// services have, each against the newest in both directions, by plain go tools.
//
// The versions are those that the .mod files in tests/conformance/service require. For
// each, the go command builds the caller and the callee as two programs, and package
// merger merges them.
//
// Both services of a version have one name, so that its packages are compiled once for
// its caller and its callee. All versions of Kitex but the newest share a name, since they
// have many packages in common. Hence the newest version does not run with itself, which
// //tests/conformance does.
package versions
