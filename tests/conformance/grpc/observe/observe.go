// Package observe describes what a side of a call sees, as text that is the same
// whatever ports and addresses a run happens to have.
package observe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// host is the name that a caller dials, with the port, and loopback addresses.
var host = regexp.MustCompile(`[a-z0-9_]+\.test:\d+|127\.0\.0\.1:\d+`)

// Text returns a text without the names and addresses of hosts. Package proto writes
// some spaces as it happens in a binary, so that nobody relies on its texts.
func Text(text string) string {
	return host.ReplaceAllString(strings.ReplaceAll(text, "\u00a0", " "), "HOST")
}

// Error describes an error: its type, its status with details, and which errors it is.
func Error(err error) string {
	if err == nil || err == io.EOF {
		return fmt.Sprint(err)
	}
	var b strings.Builder
	st, ok := status.FromError(err)
	if ok {
		fmt.Fprintf(&b, "%v %.300q", st.Code(), Text(st.Message()))
	} else {
		fmt.Fprintf(&b, "no status %.300q", Text(err.Error()))
	}
	for _, detail := range st.Proto().GetDetails() {
		fmt.Fprintf(&b, " detail %s %x", detail.GetTypeUrl(), detail.GetValue())
	}
	if unknown := st.Proto().ProtoReflect().GetUnknown(); len(unknown) > 0 {
		fmt.Fprintf(&b, " unknown %x", []byte(unknown))
	}
	for _, sentinel := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, sentinel) {
			fmt.Fprintf(&b, " is %v", sentinel)
		}
	}
	return fmt.Sprintf("%T %s", err, &b)
}

// Code describes an error by its code only, where its text is a matter of chance.
func Code(err error) string {
	if err == nil || err == io.EOF {
		return fmt.Sprint(err)
	}
	return status.Code(err).String()
}

// Result describes what a call returned.
func Result(reply string, err error) string {
	if len(reply) > 200 {
		reply = fmt.Sprintf("%.20s... of %d bytes", reply, len(reply))
	}
	return fmt.Sprintf("%q, %s", reply, Error(err))
}

// MD describes metadata, with the order of each key's values.
func MD(md metadata.MD) string {
	if md == nil {
		return "no metadata"
	}
	var parts []string
	for key, values := range md {
		var shown []string
		for _, v := range values {
			if len(v) > 200 {
				v = fmt.Sprintf("%.20s... of %d bytes", v, len(v))
			}
			shown = append(shown, Text(v))
		}
		parts = append(parts, fmt.Sprintf("%s=%q", key, shown))
	}
	slices.Sort(parts)
	return "[" + strings.Join(parts, " ") + "]"
}

// Addr describes an address without its port.
func Addr(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return fmt.Sprintf("TCP %v", tcp.IP)
	}
	return fmt.Sprintf("%T", addr)
}

// Peer describes a peer.
func Peer(p *peer.Peer) string {
	if p == nil {
		return "no peer"
	}
	text := fmt.Sprintf("%s, %T", Addr(p.Addr), p.AuthInfo)
	if level, ok := p.AuthInfo.(interface {
		GetCommonAuthInfo() credentials.CommonAuthInfo
	}); ok {
		text += fmt.Sprintf(" %v %v", p.AuthInfo.AuthType(), level.GetCommonAuthInfo().SecurityLevel)
	}
	return text
}

// Message describes a message by its bytes.
func Message(m proto.Message) string {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return err.Error()
	}
	if len(data) > 300 {
		return fmt.Sprintf("%x... of %d bytes", data[:20], len(data))
	}
	return fmt.Sprintf("%x", data)
}
