// Package signals gives each service of a merged binary its own view of the
// process's signals.
//
// The functions with a service's name as their first argument do what those of
// package os/signal do, for that service alone: the service's view of os/signal
// calls them. What the process does with a signal follows from what all
// services asked for.
//
// The signals that end a process, SIGTERM, SIGINT and SIGHUP, do not go to all
// services at once. [Terminations] hands them to the runtime, which calls
// [Deliver] for one service after the other. All other signals go to every
// service that asked for them.
//
// The package uses the standard library only. There is one copy of it in a
// merged binary, in no namespace, and it works while packages are initialized.
package signals
