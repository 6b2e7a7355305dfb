package runtime

import (
	"github.com/gomerge/rules_go_merge/merge/runtime/answers"
	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/handoff"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
	"github.com/gomerge/rules_go_merge/merge/runtime/supervision"
)

// What adapters call with, and are called with.
type (
	// Client is one RPC client of a merged service.
	Client = calls.Client
	// Call is one call that is decided to run inline.
	Call = calls.Call
	// Observation is a call of a client as its caller sees it.
	Observation = calls.Observation
	// Draw is what the gate of a method has said about a call.
	Draw = calls.Draw
	// Ending is how a call ended for its caller.
	Ending = calls.Ending
	// Target is what a client dials, for frameworks whose clients are connections.
	Target = calls.Target
	// Reach is what a connection leads to in this process.
	Reach = calls.Reach
	// Refusal is the error of arguments that cannot be converted.
	Refusal = calls.Refusal
	// Handler runs one call through the callee's own middleware and handler.
	Handler = calls.Handler
	// LeanHandler runs one call whose context is empty.
	LeanHandler = calls.LeanHandler
	// Server is a server that [StartServer] has started.
	Server = calls.Server
	// ServerConfig describes a server that clients find by what they dial.
	ServerConfig = calls.ServerConfig
	// Running counts the calls of servers that run.
	Running = stripes.Running
	// Request is a call on its way from one service to another.
	Request = calls.Request
	// Response is what a [Handler] answers.
	Response = calls.Response
	// Failure is why a call has no result.
	Failure = calls.Failure
	// Way is how much of the frameworks' code a call passes through.
	Way = calls.Way
	// FailureKind says who failed a call, and how.
	FailureKind = calls.FailureKind
	// Verification is an RPC whose answer is compared with that of an inline call.
	Verification = calls.Verification
	// Skip is why a call that was to be verified is not.
	Skip = calls.Skip
	// Answer is a copy of what a call was answered with, to be compared with another.
	Answer = answers.Value
	// AnswerBuilder makes an Answer of messages that have no tags.
	AnswerBuilder = answers.Builder
	// Message is a message as it crosses: bytes, or what [Messages] has made.
	Message = calls.Message
	// Stream is the caller's end of an inline stream.
	Stream = calls.Stream
	// ServerStream is the callee's end of an inline stream.
	ServerStream = calls.ServerStream
	// Task is what [HandOff] runs.
	Task = handoff.Task
	// Future is a task that [HandOff] has started.
	Future = handoff.Future
	// Until is what may end the wait for a Future.
	Until = handoff.Until
	// WaitEnd is what has ended it.
	WaitEnd = handoff.End
)

// The ends of a wait. Package handoff says what each means.
const (
	TaskReturned = handoff.Returned
	TaskExited   = handoff.Exited
	WaitDone     = handoff.Done
	WaitGone     = handoff.Gone
	WaitExpired  = handoff.Expired
)

// The kinds of failures. Package calls says what each means.
const (
	Answered    = calls.Answered
	Closed      = calls.Closed
	Undecodable = calls.Undecodable
	Denied      = calls.Denied
	Overloaded  = calls.Overloaded
	Crashed     = calls.Crashed
	Withdrawn   = calls.Withdrawn
)

// The draws of calls. Package calls says what each means.
const (
	Undrawn     = calls.Undrawn
	DrawnRPC    = calls.DrawnRPC
	DrawnInline = calls.DrawnInline
)

// The endings of calls. Package calls says what each means.
const (
	EndedOK          = calls.EndedOK
	EndedApplication = calls.EndedApplication
	EndedInternal    = calls.EndedInternal
	EndedPanic       = calls.EndedPanic
	EndedTimeout     = calls.EndedTimeout
	EndedCanceled    = calls.EndedCanceled
	EndedDenied      = calls.EndedDenied
	EndedOverloaded  = calls.EndedOverloaded
	EndedUnavailable = calls.EndedUnavailable
)

// The ways of calls. Package calls says what each means.
const (
	Short     = calls.Short
	Direct    = calls.Direct
	Transport = calls.Transport
)

// Why calls are not verified. Package calls says what each means.
const (
	SkipUnanswered = calls.SkipUnanswered
	SkipLarge      = calls.SkipLarge
	SkipUnreadable = calls.SkipUnreadable
)

// MaxVerifiedMessage is how large the messages of verified calls may be, in bytes.
const MaxVerifiedMessage = calls.MaxVerifiedMessage

// ErrEnded is returned to a caller that sends to a stream that the callee has
// ended: [Stream.Recv] says how.
var ErrEnded = calls.ErrEnded

// AnswerOf returns a copy of a generated struct of Thrift or protobuf, by its tags.
func AnswerOf(result any) (Answer, error) { return answers.Of(result) }

// FailedAnswer returns the answer of a call that ended with an error. kind says who made
// it, and code is the framework's.
func FailedAnswer(kind string, code int64, message string) Answer {
	return answers.Failed(kind, code, message)
}

// NoAnswer returns the response of a callee that is gone.
func NoAnswer() Response { return calls.NoAnswer() }

// FailureAnswer returns the answer of an inline call that has a failure of which no
// framework has made an error.
func FailureAnswer(resp *Response) Answer { return calls.FailedAnswer(resp) }

// SkipOf returns why a call is not verified whose answer could not be read.
func SkipOf(err error) Skip { return calls.SkipOf(err) }

// NewClient registers an RPC client. service is the name of the service that
// makes the client, rpcService the name of the RPC service in the IDL, and
// destination the service name that the client was told to call.
func NewClient(service, rpcService, destination string) *Client {
	return registered.links.NewClient(service, rpcService, destination)
}

// NewTargetClient registers a client for one RPC service on a connection. The
// connection's target decides which service it calls: the one of whose servers it
// is literally the address, or else the one among whose targets it is.
func NewTargetClient(service, rpcService string, target Target) *Client {
	return registered.links.NewTargetClient(service, rpcService, target)
}

// Declares reports whether a target of a service is among those of a service in
// this binary.
func Declares(service string, target Target) bool {
	return registered.links.Declares(service, target)
}

// NewReach returns the reach of a connection of a service: it says whether there are
// calls that would be inline. It neither counts nor logs anything.
func NewReach(service string, target Target) *Reach {
	return registered.links.NewReach(service, target)
}

// HandOff runs task on another goroutine, which is kept for the next one, so that
// the caller can leave it. Wait for what it returns, or leave that.
func HandOff(task Task) Future { return registered.workers.Start(task) }

// Serve announces that service serves rpcService from now on: links to it turn
// inline. name is the service name that the server was configured with, ""
// when it has none. The returned function takes the server back: calls that
// begin after it returns are RPCs again.
//
// While a service runs several servers for one RPC service, on separate
// addresses, inline calls go to the first. This is logged.
func Serve(service, rpcService, name string, h Handler) (stop func()) {
	return registered.links.Serve(service, rpcService, name, h)
}

// ServeFirst is [Serve] for a server of which there is more to say.
func ServeFirst(service, rpcService string, c ServerConfig) (stop func()) {
	return registered.links.ServeFirst(service, rpcService, c)
}

// StartServer announces that service serves rpcService from now on. Unlike by
// [Serve], there may be several servers at a time: the clients' targets say
// which is meant.
func StartServer(service, rpcService string, c ServerConfig) *Server {
	return registered.links.StartServer(service, rpcService, c)
}

// ServeByRPC announces that service serves rpcService from now on, but not to
// inline calls. The callers' log has the reason. The returned function takes
// the announcement back.
func ServeByRPC(service, rpcService, reason string) (stop func()) {
	return registered.links.ServeByRPC(service, rpcService, reason)
}

// Listens reports whether the servers of a service bind their addresses.
func Listens(service string) bool { return registered.services.Listens(service) }

// Survives reports whether the process goes on when a service ends.
func Survives(service string) bool { return registered.services.Survives(service) }

// Exits reports whether what was recovered unwinds the handler of a service that exits. It
// is not a panic.
func Exits(value any) bool { return supervision.Exits(value) }

// Crash is for adapters of frameworks that let a panic in a handler end the
// process. value is what was recovered. A service that contains panics goes down,
// and the call is closed for its caller. Otherwise the process ends.
func Crash(service string, value any) { registered.services.Crash(service, value) }
