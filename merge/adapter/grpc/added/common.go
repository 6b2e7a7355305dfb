//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"math"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeService is the name of the service that this copy of the package
// belongs to.
const goMergeService = "@SERVICE@"

// What crosses between two services other than messages. Both have a copy of this
// file and hand over pointers to these structs, which have no names.
type (
	// goMergeRequest is what a client sends to open a stream.
	goMergeRequest = struct {
		// Method is the full name, such as "/shop.Stock/Get".
		Method string
		// Standard is the metadata that every call of the connection has.
		Standard *goMergeStandard
		// Header is the other metadata. It is the server's.
		Header map[string][]string
		// Timeout is as on the wire, and 0 for none. Deadline is when it is over.
		Timeout  time.Duration
		Deadline time.Time
		// Subtype is the content subtype, which names the codec.
		Subtype string
		// Encoding names the compressor of the client's messages, "" for none.
		Encoding string
		// Reply takes the answer of a unary call, and is nil for a stream.
		Reply *goMergeReply
		// Messages converts messages, nil if they have to be bytes. Message is the request of
		// a unary call that it has made, nil for bytes, of which there would be Size.
		Messages *mergeruntime.Messages
		Message  interface{}
		Size     int
		// Line is the connection on which both sides have shaken hands, as the server knows
		// it, and nil if neither has credentials for that.
		Line interface{}
		// Handlers has room for as many handlers as the connection's calls may have running
		// at a time. It is nil if the server does not limit them.
		Handlers chan struct{}
		// Tapping is held while a tap handle looks at a call of the connection.
		Tapping *sync.Mutex
		// Direct calls run in the caller's goroutine: nothing ends the caller's context.
		Direct bool
		// Verifies is set if the call is made to be compared with an RPC, on which nobody
		// waits: a panic in it must not end the process.
		Verifies bool
		// Malformed calls have metadata for which HTTP/2 resets their stream.
		Malformed bool
		// Panicked is set to 1, atomically, when the handler has panicked: before the server
		// is gone, which is when the client looks.
		Panicked uint32
	}
	// goMergeStandard has values of metadata that many calls share, with no room to
	// append. Accepts may be empty.
	goMergeStandard = struct{ Authority, ContentType, UserAgent, Accepts []string }
	// goMergeReply is the answer of a unary call, which the client reads when the call
	// is over. The pointers are to the fields that follow, so that they take no memory
	// by themselves.
	goMergeReply = struct {
		Header  *goMergeHeader  // nil if none was sent
		Trailer *goMergeTrailer // nil if the server did not end the call
		// Messages counts the messages, of which the last one is the answer. There
		// should be one.
		Messages int
		// Message is the answer if it was converted, nil for bytes, of which there would be
		// Size.
		Message interface{}
		Size    int

		HeaderValue  goMergeHeader
		TrailerValue goMergeTrailer
	}
	// goMergeHeader is what a server sends before its first message.
	goMergeHeader = struct {
		MD map[string][]string
		// Encoding names the compressor of the server's messages, "" for none.
		Encoding string
	}
	// goMergeTrailer is how a server ends a stream.
	goMergeTrailer = struct {
		MD      map[string][]string
		Code    uint32
		Message string
		// Rejected is set in place of a header or trailer that HTTP/2 could not carry.
		Rejected bool
	}
)

// goMergeDetails is the trailer that has the details of a status.
const goMergeDetails = "grpc-status-details-bin"

// goMergeMinor is the minor version of this copy of the package: what a user sees
// in rare cases differs by it.
var goMergeMinor = func() int {
	parts := strings.SplitN(Version, ".", 3)
	if len(parts) < 2 {
		return 0
	}
	minor, _ := strconv.Atoi(parts[1])
	return minor
}()

// goMergeFolded reports whether this copy serves unary methods as streams, as since
// v1.85.
var goMergeFolded = func() bool {
	_, has := reflect.TypeOf((*serviceInfo)(nil)).Elem().FieldByName("methods")
	return !has
}()

// goMergeSplit splits the full name of a method.
func goMergeSplit(method string) (rpcService, name string, ok bool) {
	method, ok = strings.CutPrefix(method, "/")
	i := strings.LastIndexByte(method, '/')
	if !ok || i < 0 {
		return "", "", false
	}
	return method[:i], method[i+1:], true
}

// goMergeReserved reports whether a key is gRPC's own, so that the metadata of a
// service cannot have it.
func goMergeReserved(key string) bool {
	if strings.HasPrefix(key, ":") {
		return true
	}
	switch key {
	case "content-type", "user-agent", "grpc-message-type", "grpc-encoding", "grpc-message", "grpc-status", "grpc-timeout", "te":
		return true
	}
	return false
}

// goMergeCopy copies metadata. All values are in one allocation, and there is room for
// another key.
func goMergeCopy(md metadata.MD) metadata.MD {
	count := 0
	for _, values := range md {
		count += len(values)
	}
	copied, all := make(metadata.MD, len(md)+1), make([]string, 0, count)
	for key, values := range md {
		all = append(all, values...)
		copied[key] = all[len(all)-len(values) : len(all) : len(all)]
	}
	return copied
}

// goMergeSendable takes reserved keys out of the metadata that a server sends. If
// HTTP/2 could not carry it, invalid is what a client is told.
func goMergeSendable(md metadata.MD) (sent map[string][]string, invalid string) {
	for key, values := range md {
		if goMergeReserved(key) {
			delete(md, key)
			continue
		}
		if !goMergeValidKey(key) {
			return nil, "invalid header field name " + strconv.Quote(key)
		}
		if !strings.HasSuffix(key, "-bin") {
			for _, value := range values {
				if !goMergeValidValue(value) {
					return nil, "invalid header field value for " + strconv.Quote(key)
				}
			}
		}
	}
	return md, ""
}

// goMergeValidKey is the rule of HTTP/2 for names of fields.
func goMergeValidKey(key string) bool {
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return key != ""
}

// goMergeValidValue is the rule of HTTP/2 for values of fields.
func goMergeValidValue(value string) bool {
	for i := 0; i < len(value); i++ {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// goMergeMessage returns the message of a status as it arrives: bytes that are not
// UTF-8 are replaced.
func goMergeMessage(message string) string {
	if utf8.ValidString(message) {
		return message
	}
	return string([]rune(message))
}

// goMergeTimeout rounds a timeout as on the wire: up to eight digits of a unit.
func goMergeTimeout(left time.Duration) time.Duration {
	for _, unit := range [...]time.Duration{time.Nanosecond, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour} {
		n := left / unit
		if left%unit > 0 {
			n++
		}
		if n < 1e8 {
			if n > math.MaxInt64/unit {
				return math.MaxInt64
			}
			return n * unit
		}
	}
	return math.MaxInt64
}

// goMergeNewPeer returns a peer with the local address, where peers have one.
func goMergeNewPeer(addr, local net.Addr, auth credentials.AuthInfo) *peer.Peer {
	p := &peer.Peer{Addr: addr, AuthInfo: auth}
	if goMergeLocalAddr != nil && local != nil {
		reflect.ValueOf(p).Elem().FieldByIndex(goMergeLocalAddr).Set(reflect.ValueOf(local))
	}
	return p
}

// goMergeLocalAddr is where peers have their local address, nil before v1.60.
var goMergeLocalAddr = func() []int {
	field, _ := reflect.TypeOf(peer.Peer{}).FieldByName("LocalAddr")
	return field.Index
}()

// goMergeAddrs returns what a server that listens at an address sees as its own
// address and as that of the clients in its process. Nobody has given them a port.
func goMergeAddrs(listens net.Addr) (own, client net.Addr) {
	if tcp, ok := listens.(*net.TCPAddr); ok {
		ip := tcp.IP
		if ip == nil || ip.IsUnspecified() {
			ip = net.IPv4(127, 0, 0, 1)
		}
		return &net.TCPAddr{IP: ip, Port: tcp.Port, Zone: tcp.Zone}, &net.TCPAddr{IP: ip, Zone: tcp.Zone}
	}
	if unix, ok := listens.(*net.UnixAddr); ok {
		return unix, &net.UnixAddr{Net: unix.Net}
	}
	return listens, listens
}

// goMergeIsInsecure reports whether credentials are those of package insecure, which
// have no secrets to exchange.
func goMergeIsInsecure(c credentials.TransportCredentials) bool {
	return strings.HasSuffix(reflect.TypeOf(c).PkgPath(), "google.golang.org/grpc/credentials/insecure")
}

// goMergeIsXDS reports whether credentials do what a control plane says, of which an
// inline call knows nothing.
func goMergeIsXDS(c credentials.TransportCredentials) bool {
	t := reflect.TypeOf(c)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.HasSuffix(t.PkgPath(), "google.golang.org/grpc/credentials/xds")
}

// goMergeField returns an unexported field of a struct that ptr points to, by the
// name that it has in some version, or nil.
func goMergeField(ptr reflect.Value, names ...string) interface{} {
	for _, name := range names {
		if field := ptr.Elem().FieldByName(name); field.IsValid() {
			return reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Interface()
		}
	}
	return nil
}

// goMergeIsNil reports whether an interface holds nothing.
func goMergeIsNil(v interface{}) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Map, reflect.Slice:
		return r.IsNil()
	}
	return false
}

// goMergeKeyOf returns the key by which a function asks for a value of a context.
func goMergeKeyOf(ask func(ctx context.Context)) (key interface{}) {
	ask(goMergeKeyContext{context.Background(), &key})
	return key
}

type goMergeKeyContext struct {
	context.Context
	key *interface{}
}

func (c goMergeKeyContext) Value(key interface{}) interface{} {
	*c.key = key
	return nil
}

// goMergeIsOver reports whether a context has ended whose Done this is. It takes no
// lock, as Err may.
func goMergeIsOver(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// goMergeContext has a value under a key that no version exports the same way. The
// type of the key says which it is.
type goMergeContext struct {
	context.Context
	key   string // the name of the type
	pkg   string // the end of its package's path
	value interface{}
}

func (c goMergeContext) Value(key interface{}) interface{} {
	if goMergeIsKey(key, c.key, c.pkg) {
		return c.value
	}
	return c.Context.Value(key)
}

// goMergeIsKey reports whether a key is of a type of this name, in a package whose path
// ends like this.
func goMergeIsKey(key interface{}, name, pkg string) bool {
	t := reflect.TypeOf(key)
	return t != nil && t.Name() == name && strings.HasSuffix(t.PkgPath(), pkg)
}
