package calls

import "sync"

// notice tells goroutines that something has changed. Its lock is the last that
// anybody takes. The zero notice is ready to use.
type notice struct {
	mu   sync.Mutex
	next chan struct{} // nil if nobody waits
}

// wait returns a channel that is closed at the next change.
func (n *notice) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// tell wakes those that wait for a change.
func (n *notice) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
