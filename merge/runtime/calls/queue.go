package calls

import "sync"

const (
	// streamWindow is how many bytes a sender is ahead of a receiver that does not
	// read. Programs rely on some, which the network's buffers gave them: with
	// HTTP/2's defaults about 190 kB.
	streamWindow = 256 << 10
	// messageOverhead is what a message takes of the window in addition to its length.
	messageOverhead = 5
)

// queue holds the messages of one direction of a stream. Messages may be of any
// size: one always fits into an empty queue.
type queue struct {
	// A token in one of these wakes a goroutine that waits. Both are closed when nobody
	// has to wait any longer.
	readable, writable chan struct{}

	mu       sync.Mutex
	messages []Message
	first    int // of the messages
	size     int // of the window in use
	ended    bool
	left     bool
	released bool
	// readers and writers that wait, or are about to.
	readers, writers int
}

type queueState int

const (
	queueTook     queueState = iota
	queueEnded               // there will be no more messages
	queueReleased            // nobody waits for them any longer
)

func (q *queue) init() {
	q.readable, q.writable = make(chan struct{}, 1), make(chan struct{}, 1)
}

// put adds a message. It waits while there are too many. It returns false if nobody
// takes messages any longer.
func (q *queue) put(message Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size >= streamWindow && !q.left && !q.ended && !q.released {
		q.writers++
		q.mu.Unlock()
		<-q.writable
		q.mu.Lock()
		q.writers--
	}
	if q.left || q.ended || q.released {
		q.wake()
		return false
	}
	q.messages = append(q.messages, message)
	q.size += message.length() + messageOverhead
	q.wake()
	return true
}

// take removes the first message. It waits until there is one.
func (q *queue) take() (Message, queueState) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.first == len(q.messages) && !q.ended && !q.released {
		q.readers++
		q.mu.Unlock()
		<-q.readable
		q.mu.Lock()
		q.readers--
	}
	switch {
	case q.first < len(q.messages):
	case q.ended:
		q.wake()
		return Message{}, queueEnded
	default:
		return Message{}, queueReleased
	}
	message := q.messages[q.first]
	q.messages[q.first] = Message{}
	q.first++
	if q.first == len(q.messages) {
		q.messages, q.first = q.messages[:0], 0
	} else if q.first >= 64 && q.first*2 >= len(q.messages) {
		n := copy(q.messages, q.messages[q.first:])
		clear(q.messages[n:])
		q.messages, q.first = q.messages[:n], 0
	}
	q.size -= message.length() + messageOverhead
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

// release wakes all who wait, for good.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.released {
		q.released = true
		close(q.readable)
		close(q.writable)
	}
}

// wake has those try again that wait and need not. They wake the next, if there are
// several. q.mu is held.
func (q *queue) wake() {
	if q.released {
		return
	}
	if q.readers > 0 && (q.first < len(q.messages) || q.ended) {
		wake(q.readable)
	}
	if q.writers > 0 && (q.size < streamWindow || q.ended || q.left) {
		wake(q.writable)
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
