package calls

import "sync"

const (
	// streamWindow is how many bytes a sender is ahead of a receiver that does not
	// read. Programs rely on some, which the network's buffers gave them: with
	// HTTP/2's defaults about 190 kB.
	streamWindow = 256 << 10
	// messageOverhead is what a message takes of the window besides its bytes.
	messageOverhead = 5
)

// queue holds the messages of one direction of a stream. Messages may be of any
// size: one always fits into an empty queue.
type queue struct {
	// A token in one of these wakes a goroutine that waits.
	readable, writable chan struct{}

	mu       sync.Mutex
	messages [][]byte
	first    int // of the messages
	size     int // of the window in use
	ended    bool
	left     bool
	// readers and writers are waiting, or about to.
	readers, writers bool
}

type queueState int

const (
	queueTook queueState = iota
	queueWait
	queueClosed
)

func (q *queue) init() {
	q.readable, q.writable = make(chan struct{}, 1), make(chan struct{}, 1)
}

// put adds a message. If it returns queueWait, a token in writable tells when to try
// again.
func (q *queue) put(message []byte) queueState {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.left || q.ended:
		return queueClosed
	case q.size >= streamWindow:
		q.writers = true
		return queueWait
	}
	q.messages = append(q.messages, message)
	q.size += len(message) + messageOverhead
	q.wake()
	return queueTook
}

// take removes the first message. If it returns queueWait, a token in readable tells
// when to try again; if queueClosed, there will be no more.
func (q *queue) take() ([]byte, queueState) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.first < len(q.messages):
	case q.ended:
		return nil, queueClosed
	default:
		q.readers = true
		return nil, queueWait
	}
	message := q.messages[q.first]
	q.messages[q.first] = nil
	q.first++
	if q.first == len(q.messages) {
		q.messages, q.first = q.messages[:0], 0
	} else if q.first >= 64 && q.first*2 >= len(q.messages) {
		n := copy(q.messages, q.messages[q.first:])
		clear(q.messages[n:])
		q.messages, q.first = q.messages[:n], 0
	}
	q.size -= len(message) + messageOverhead
	q.wake()
	return message, queueTook
}

// end tells the receiver that no more messages follow those that there are.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.wake()
}

// leave refuses further messages. Those that there are can still be taken.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = true
	q.wake()
}

// wake has those try again that wait and need not. They wake the next, if there are
// several. q.mu is held.
func (q *queue) wake() {
	if q.readers && (q.first < len(q.messages) || q.ended) {
		wake(q.readable)
	}
	if q.writers && (q.size < streamWindow || q.ended || q.left) {
		wake(q.writable)
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
