// Package permission decides what a service of a merged binary may use of the
// machine and of the other services, and records what it uses.
//
// It keeps honest code apart: the service's views of the standard library ask
// it. Code that goes around them, by unsafe, raw system calls, C or assembly,
// asks nobody.
package permission

// Class is a kind of thing that a service uses.
type Class string

// The classes, by their names in the BUILD files.
const (
	// Call is another service of the merged binary, or one RPC service of it.
	Call Class = "call"
	// Dial is an address to connect to.
	Dial Class = "dial"
	// Env is a variable of the environment.
	Env Class = "env"
	// Exec is a program to start.
	Exec Class = "exec"
	// Listen is an address to serve at.
	Listen Class = "listen"
	// Read is a file or folder whose contents are read.
	Read Class = "read"
	// Write is a file or folder to make, change or remove.
	Write Class = "write"
)

// Classes are all classes, sorted.
var Classes = []Class{Call, Dial, Env, Exec, Listen, Read, Write}

// verbs say what is done to a thing of a class.
var verbs = map[Class]string{
	Call:   "call",
	Dial:   "dial",
	Env:    "use the variable",
	Exec:   "start",
	Listen: "listen at",
	Read:   "read",
	Write:  "write",
}
