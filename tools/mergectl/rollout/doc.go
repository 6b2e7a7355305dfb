// Package rollout makes links inline in steps, over many processes, and switches them
// off again if a guard finds harm.
//
// A [Controller] makes one pass at a time: it reads the processes, adds what they counted
// to the log, and goes on, holds or rolls back. The log is written before the rules file,
// so that a controller that is killed between the two has made nothing more inline than
// the log says, and the next pass does what is left.
package rollout
