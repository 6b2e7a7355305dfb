package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// tap forwards connections to a service, and notes the calls that pass.
type tap struct {
	ln     net.Listener
	note   func(id string, c call)
	failed func(error)
	// begin is when times begin.
	begin time.Time

	mu     sync.Mutex
	target string     // the service's address
	conns  []net.Conn // nil once it is closed
	done   sync.WaitGroup
}

func newTap(begin time.Time, note func(id string, c call), failed func(error)) (*tap, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &tap{ln: ln, begin: begin, note: note, failed: failed, conns: []net.Conn{}}
	t.done.Go(t.serve)
	return t, nil
}

func (t *tap) addr() string { return t.ln.Addr().String() }

// forwardTo says where the service listens.
func (t *tap) forwardTo(target string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.target = target
}

func (t *tap) serve() {
	for {
		from, err := t.ln.Accept()
		if err != nil {
			return // closed
		}
		t.mu.Lock()
		target := t.target
		t.mu.Unlock()
		to, err := net.Dial("tcp", target)
		if err != nil {
			from.Close() // the service does not listen yet
			continue
		}
		t.mu.Lock()
		if t.conns == nil {
			from.Close()
			to.Close()
		} else {
			t.conns = append(t.conns, from, to)
			c := &conversation{tap: t, open: make(map[uint32]noted)}
			t.done.Go(func() { c.forward(to, from, c.request) })
			t.done.Go(func() { c.forward(from, to, c.response) })
		}
		t.mu.Unlock()
	}
}

// close ends the tap and its connections.
func (t *tap) close() {
	t.ln.Close()
	t.mu.Lock()
	for _, c := range t.conns {
		c.Close()
	}
	t.conns = nil
	t.mu.Unlock()
	t.done.Wait()
}

// conversation is what passes over one connection.
type conversation struct {
	*tap
	mu   sync.Mutex
	open map[uint32]noted
}

// noted is a call whose answer is still to come.
type noted struct {
	id string
	call
}

// forward copies messages until the source ends, and has each looked at.
func (c *conversation) forward(to, from net.Conn, look func(*frame)) {
	defer to.Close()
	r := bufio.NewReader(from)
	for {
		f, err := readFrame(r)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				c.failed(fmt.Errorf("between services: %w", err))
			}
			return
		}
		look(f)
		if _, err := to.Write(f.bytes); err != nil {
			return
		}
	}
}

func (c *conversation) request(f *frame) {
	at := time.Since(c.begin)
	one := noted{f.texts[requestID], call{
		Caller: f.ints[fromService], Callee: f.ints[toService], RPCService: f.texts[rpcService], Method: f.ints[toMethod],
		Request: len(f.bytes), Start: at, End: at,
	}}
	if f.ints[messageType] == oneway {
		c.note(one.id, one.call)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[f.sequence] = one
}

func (c *conversation) response(f *frame) {
	c.mu.Lock()
	one, ok := c.open[f.sequence]
	delete(c.open, f.sequence)
	c.mu.Unlock()
	if !ok {
		c.failed(fmt.Errorf("between services: an answer with the sequence %d is to no call", f.sequence))
		return
	}
	one.Response, one.End = len(f.bytes), time.Since(c.begin)
	c.note(one.id, one.call)
}
