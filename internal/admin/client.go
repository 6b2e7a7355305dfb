// Package admin talks to the admin socket of a merged binary.
package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Client makes requests to one admin socket. Its errors name the socket, but
// for those with which the merged binary refuses a request: they are its text.
type Client struct {
	socket string
	http   http.Client
	ctx    context.Context
}

// NewClient returns a client of the socket at the given path. It connects with
// each request.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	return &Client{socket: socket, http: http.Client{Transport: transport, Timeout: timeout}, ctx: context.Background()}
}

// WithContext returns a client of the same socket whose requests end with a context.
func (c *Client) WithContext(ctx context.Context) *Client {
	other := *c
	other.ctx = ctx
	return &other
}

// Links returns the links with their counters.
func (c *Client) Links() (*reports.Links, error) {
	return request[reports.Links](c, http.MethodGet, "/links", "")
}

// Services returns the services.
func (c *Client) Services() (*reports.Services, error) {
	return request[reports.Services](c, http.MethodGet, "/services", "")
}

// Goroutines returns the services' goroutines.
func (c *Client) Goroutines() (*reports.Goroutines, error) {
	return request[reports.Goroutines](c, http.MethodGet, "/goroutines", "")
}

// Permissions returns what the services used.
func (c *Client) Permissions() (*reports.Permissions, error) {
	return request[reports.Permissions](c, http.MethodGet, "/permissions", "")
}

// Knobs returns the settings of the process that services have made.
func (c *Client) Knobs() (*reports.Knobs, error) {
	return request[reports.Knobs](c, http.MethodGet, "/knobs", "")
}

// Rules returns the rules in effect, of all sources.
func (c *Client) Rules() (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodGet, "/rules", "")
}

// Replace makes rules, in the form of the rules file without its header, the only ones
// that are set through the socket.
func (c *Client) Replace(rules string) (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodPut, "/rules", rules)
}

// ReplaceBound is Replace, but returns an [UnboundError] as [Client.SetBound] does.
func (c *Client) ReplaceBound(rules string) (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodPut, "/rules?unbound=refuse", rules)
}

// Set sets one rule, in its text form.
func (c *Client) Set(rule string) (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodPost, "/rules", rule)
}

// SetBound is Set, but returns an [UnboundError] for a rule that would make calls RPCs
// of services that do not listen.
func (c *Client) SetBound(rule string) (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodPost, "/rules?unbound=refuse", rule)
}

// ErrEnded is why there is no answer of a process that has not closed its socket.
var ErrEnded = errors.New("the merged binary that made this socket has ended")

// UnboundError says which calls would be RPCs although the callees do not listen.
type UnboundError string

func (e UnboundError) Error() string { return string(e) }

// Unset unsets the rule for a link.
func (c *Client) Unset(link string) (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodDelete, "/rules?"+url.Values{"link": {link}}.Encode(), "")
}

// UnsetAll unsets all rules that were set through the socket.
func (c *Client) UnsetAll() (*reports.Rules, error) {
	return request[reports.Rules](c, http.MethodDelete, "/rules", "")
}

const (
	// timeout is how long a request may take.
	timeout = 10 * time.Second
	// limit is how long an answer may be, in bytes, and maxObjects how many objects it may
	// have, which take more memory than text. The services and links of the largest merged
	// binaries take a few MB, and 200,000 objects.
	limit      = 64 << 20
	maxObjects = 500_000
)

func request[T any](c *Client, method, path, body string) (*T, error) {
	req, err := http.NewRequestWithContext(c.ctx, method, "http://admin"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%s: %w", c.socket, ErrEnded)
	}
	if err != nil {
		return nil, c.failed(errors.Unwrap(err)) // without the URL
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if len(text) > limit {
		return nil, fmt.Errorf("%s is not the admin socket of a merged binary: its answer is longer than %d MB", c.socket, limit>>20)
	}
	if err != nil {
		return nil, c.failed(err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusConflict:
		return nil, UnboundError(strings.TrimSpace(string(text)))
	default:
		// A rule of mergectl is always the request's first line.
		return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(string(text)), "line 1: "))
	}
	if n := bytes.Count(text, []byte("{")); n > maxObjects {
		return nil, fmt.Errorf("%s is not the admin socket of a merged binary: its answer has %d objects, more than %d", c.socket, n, maxObjects)
	}
	report := new(T)
	if err := json.Unmarshal(text, report); err != nil {
		return nil, fmt.Errorf("%s is not the admin socket of a merged binary: %w", c.socket, err)
	}
	return report, nil
}

// failed returns the error of a request that got no answer.
func (c *Client) failed(err error) error {
	if os.IsTimeout(err) {
		return fmt.Errorf("%s: no answer within %s", c.socket, c.http.Timeout)
	}
	return fmt.Errorf("%s: %w", c.socket, err)
}
