package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// frame is one message of Kitex's TTHeader transport, as the shop's services send
// them.
type frame struct {
	// bytes is all of it.
	bytes []byte
	// sequence is that of the call, which its answer has, too.
	sequence uint32
	// ints and texts are what the header says, by its keys.
	ints  map[uint16]string
	texts map[string]string
}

// Keys of headers.
const (
	fromService = 3
	toService   = 6
	toMethod    = 9
	messageType = 22
	oneway      = "4"

	rpcService = "isn"
	// requestID is what api hands on of each of its requests.
	requestID = "RPC_PERSIST_REQUEST_ID"
)

const (
	fixed      = 14 // bytes before the part of variable length
	ttheader   = 0x1000
	largest    = 16 << 20
	infoTexts  = 0x01
	infoInts   = 0x10
	infoTokens = 0x11
)

// readFrame reads a message. It returns io.EOF where there is no other.
func readFrame(r *bufio.Reader) (*frame, error) {
	head, err := r.Peek(4)
	if err != nil {
		if len(head) == 0 {
			return nil, err
		}
		return nil, io.ErrUnexpectedEOF
	}
	length := binary.BigEndian.Uint32(head)
	if length < fixed-4 || length > largest {
		return nil, fmt.Errorf("a frame of %d bytes is not of TTHeader", length)
	}
	f := &frame{bytes: make([]byte, 4+length), ints: make(map[uint16]string), texts: make(map[string]string)}
	if _, err := io.ReadFull(r, f.bytes); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if binary.BigEndian.Uint16(f.bytes[4:]) != ttheader {
		return nil, fmt.Errorf("a frame begins with %x and not with TTHeader's %x", f.bytes[4:6], ttheader)
	}
	f.sequence = binary.BigEndian.Uint32(f.bytes[8:])
	end := fixed + 4*int(binary.BigEndian.Uint16(f.bytes[12:]))
	if end > len(f.bytes) {
		return nil, errors.New("a header is longer than its frame")
	}
	return f, f.readInfo(fields{f.bytes[fixed:end]})
}

// readInfo reads the part of the header of variable length.
func (f *frame) readInfo(h fields) error {
	protocol, transforms := h.take(1), h.take(1)
	if transforms != nil {
		h.take(int(transforms[0]))
	}
	if protocol == nil || h.left == nil {
		return errTooShort
	}
	for len(h.left) > 0 {
		switch kind := h.take(1)[0]; kind {
		case 0: // padding
		case infoTexts:
			for range h.number() {
				key := h.text()
				f.texts[key] = h.text()
			}
		case infoInts:
			for range h.number() {
				key := h.number()
				f.ints[key] = h.text()
			}
		case infoTokens:
			h.text()
		default:
			return fmt.Errorf("a header has information of kind %#x", kind)
		}
		if h.left == nil {
			return errTooShort
		}
	}
	return nil
}

var errTooShort = errors.New("a header ends within what it says")

// fields reads one field after the other. What is left is nil after one that is not
// all there.
type fields struct{ left []byte }

func (h *fields) take(n int) []byte {
	if h.left == nil || n > len(h.left) {
		h.left = nil
		return nil
	}
	field := h.left[:n]
	h.left = h.left[n:]
	return field
}

func (h *fields) number() uint16 {
	if field := h.take(2); field != nil {
		return binary.BigEndian.Uint16(field)
	}
	return 0
}

func (h *fields) text() string { return string(h.take(int(h.number()))) }
