// Package supervision runs the services of a process: it starts them, callees
// first, passes signals on to them, restarts those that fail, and decides when
// the process ends and with which code.
package supervision
