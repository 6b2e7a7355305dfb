// Package calls makes calls between the services of a process inline. A table
// holds the links between them: glue adds what carries a message from one
// service to another, adapters add clients and servers, and a client's calls run
// the server's handler while the rules, the callee and its limits let them.
//
// Only builtin types, standard library types and the types of this package are
// exchanged. A value of type any holds a pointer to a generated request or
// result, which only glue and the adapter of the namespace it belongs to
// interpret.
package calls
