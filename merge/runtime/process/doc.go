// Package process holds what each service of a merged binary sees of the
// process: its environment, its arguments, its way to exit.
//
// The services' views of the standard library, such as their package os, are
// compiled with the service's name and call this package. There is one copy of
// it in a merged binary, in no namespace, and it is ready before any package of
// a service is initialized: the linker sets its settings, so that no
// initialization order matters.
//
// It uses the standard library only, and little of it: every package of every
// service depends on it.
package process
