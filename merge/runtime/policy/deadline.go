package policy

// Deadline says when a call returns to its caller if its deadline passes while the
// handler runs.
type Deadline uint8

const (
	// Strict deadlines have the caller return in time, whatever the handler does.
	Strict Deadline = iota + 1
	// Cooperative ones leave it to the handler, whose context has the deadline: it
	// runs in the caller's goroutine, and the call returns when it does.
	Cooperative
)

// ParseDeadline reads "strict" or "cooperative".
func ParseDeadline(text string) (d Deadline, ok bool) {
	switch text {
	case "strict":
		return Strict, true
	case "cooperative":
		return Cooperative, true
	}
	return 0, false
}

func (d Deadline) String() string {
	if d == Cooperative {
		return "cooperative"
	}
	return "strict"
}
