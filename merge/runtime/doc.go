// Package runtime joins the services of a merged binary. There is one copy of
// it in a merged binary, outside every namespace, and everything that crosses
// between two namespaces crosses here.
//
// Three parties use it:
//
//   - the generated main package calls [Main] with the binary's services;
//   - glue, generated per link, calls [AddLink] with the conversions between
//     the caller's and the callee's copies of the request and result types;
//   - framework adapters call [Serve] where a server starts and [NewClient]
//     where a client is made.
//
// Which calls are inline can be changed while the process runs, by rules that
// are read from the environment and from a file and set through a unix socket.
// The socket also gives the counters of every method.
//
// It is a facade: what it does is done by the packages below it, which know of
// one another only as docs/architecture.md draws it. All use the standard
// library only, so that they can never collide with what a service depends on.
package runtime
