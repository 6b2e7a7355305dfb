package bisect

import (
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// Report is what a search has found.
type Report struct {
	// Format is 1. It changes when a field is removed or changes its meaning.
	Format  int            `json:"format"`
	Outcome search.Outcome `json:"outcome"`
	// Links is how many links were searched.
	Links    int       `json:"links"`
	Culprits []Culprit `json:"culprits"`
	// Rounds is how many trials halved what was left, and Checks how many others there
	// were, of links and of methods.
	Rounds int     `json:"rounds"`
	Checks int     `json:"checks"`
	Trials []Trial `json:"trials"`
}

// Trial is one trial.
type Trial struct {
	Step search.Kind `json:"step"`
	// On are the candidates that were on.
	On  []string `json:"on"`
	Bad bool     `json:"bad"`
	Why string   `json:"why"`
}

// Culprit is a link that is bad, or several that are bad together only.
type Culprit struct {
	// Links are all that have to be on. The search went on without the first.
	Links []string `json:"links"`
	// Undecided says why it is not known whether the methods are bad also alone, "" if it
	// is known.
	Undecided string `json:"undecided,omitempty"`
	// Methods are those of the first link that are bad, each alone, or several that are
	// bad together only.
	Methods [][]string `json:"methods"`
	// KeepOff is what has to be off for it to be good.
	KeepOff []string `json:"keep_off"`
	// Evidence is what differs, in each process that called a method of the links.
	Evidence []Evidence `json:"evidence"`
}

// Evidence is what differs in one process.
type Evidence struct {
	Process string `json:"process"`
	// Methods counted these calls during the search.
	Methods []Method `json:"methods"`
	// Services are the callers and callees of the links.
	Services []Service `json:"services"`
	// Goroutines are those of the services that have become more.
	Goroutines []Goroutines `json:"goroutines"`
}

// Method has both arms of a method, as counted during the search.
type Method struct {
	Link      string            `json:"link"`
	Inline    Arm               `json:"inline"`
	RPC       Arm               `json:"rpc"`
	Panics    uint64            `json:"panics"`
	Fallbacks reports.Fallbacks `json:"fallbacks"`
	Verified  arms.Verified     `json:"verified,omitzero"`
}

// Arm has the calls of one draw.
type Arm struct {
	Ended reports.Endings `json:"ended"`
	// Timed is how many of the calls were timed. The quantiles are upper bounds of theirs,
	// each less than twice too high.
	Timed uint64        `json:"timed"`
	P50   time.Duration `json:"p50_ns"`
	P99   time.Duration `json:"p99_ns"`
}

// Service is a service, and what it used at the end of two trials: with all links off, and
// with the culprit on alone.
type Service struct {
	Name          string `json:"name"`
	Role          string `json:"role"`
	Version       string `json:"version,omitempty"`
	Revision      string `json:"revision,omitempty"`
	Digest        string `json:"digest,omitempty"`
	GoroutinesOff int    `json:"goroutines_off"`
	GoroutinesOn  int    `json:"goroutines_on"`
	HeapOff       int64  `json:"heap_bytes_off"`
	HeapOn        int64  `json:"heap_bytes_on"`
}

// Goroutines are those that began with one function.
type Goroutines struct {
	Service  string `json:"service"`
	Function string `json:"function"`
	Place    string `json:"place"`
	Off      int    `json:"off"`
	On       int    `json:"on"`
}
