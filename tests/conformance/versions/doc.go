// Package versions runs the conformance suite with the versions of Kitex that
// services have, each against the newest in both directions, by plain go tools.
//
// The versions are those that the .mod files in tests/conformance/service require. For
// each, the go command builds the caller and the callee as two programs. Both are
// compiled once more in a namespace, as the rules do it: with overlays, views,
// the adapter's files, glue and main package that mergegen's commands write, and
// with import configurations in which a package finds those of its service only.
//
// What differs from a Bazel build: there is no cgo, no debug information and no
// inlining; of the standard library a service has only the packages that it
// reaches; the SDK is not checked against the table of the standard library, nor
// C symbols for clashes; and both services of a merged binary are named after
// their version, so that a version's packages are compiled once for its caller
// and its callee. Hence the newest version does not run with itself, which
// //tests/conformance does.
package versions
