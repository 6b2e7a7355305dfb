package supervision

// Binary describes a merged binary. It is written by the generated main
// package.
type Binary struct {
	Name     string
	Services []Service
	// StartAsListed starts the services at once in the order listed, and stops
	// them one by one in the opposite order. Otherwise links decide: callees
	// start before their callers and stop after them.
	StartAsListed bool
	// SignalViews reports whether every service's package os/signal is a view that
	// calls package signals. Otherwise a signal reaches all services at once.
	SignalViews bool
	// Deadlines are rules of package policy that set deadlines, such as
	// "item->stock cooperative".
	Deadlines []string
}

// Service is one service of a merged binary.
type Service struct {
	// Name identifies the service in links, logs and the admin interface.
	Name string
	// Namespace is the importpath prefix that its packages are compiled under.
	Namespace string
	// Version is what the service's BUILD file calls its version, "" for none.
	Version string
	// Revision is the commit of the sources as stamped, "" if the binary is not
	// stamped.
	Revision string
	// Digest is the SHA-256 in hexadecimal digits of what the service was compiled
	// to. Where two merged binaries have the same one, they have the same code.
	Digest string
	// Listen is false for a service that is reachable in this process only.
	Listen bool
	// KeepOthers lets the other services go on when this one returns from main
	// or exits. Otherwise they are stopped.
	KeepOthers bool
	// Contain reports whether a panic takes this service down and not the process.
	Contain bool
	// Unhooked reports whether the adapter does not fit the framework's server,
	// so that it binds its addresses whatever Listen says.
	Unhooked bool
	// Restart calls main again after the service went down while the others
	// go on.
	Restart bool
	// MaxInflight is how many inline calls the service runs at a time. 0 means
	// no limit.
	MaxInflight int
	// CPULimit is how many cores the service may use on average before its
	// inline calls wait. 0 means no limit.
	CPULimit float64
	// Main is the service's main function.
	Main func()

	fromFile []string // names of the attributes that the settings file sets
}
