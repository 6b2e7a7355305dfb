package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const (
	// poll is the time between two looks at the process.
	poll = 50 * time.Millisecond
	// serveWait is how long callees get to take inline calls once all services
	// run. The checks after the test say why one did not.
	serveWait = 10 * time.Second
)

// awaitReady waits until all services run, each port has somebody who listens,
// and the callees of the links serve. It fails at once where that cannot come
// about any more.
func (p *process) awaitReady(links []link, chosen ports, limit time.Time) error {
	socket := errors.New("its admin socket was not asked yet")
	var running time.Time // since when nothing but links is waited for
	for {
		// Asked first: what ended after that has answered nothing wrong.
		ended := p.hasEnded()
		var missing error
		services, err := p.admin.Services()
		var all *reports.Links
		if err == nil {
			all, err = p.admin.Links()
		}
		switch {
		case ended:
			return fmt.Errorf("the merged binary ended before its services ran: %s", p.outcome())
		case err != nil:
			socket = err
			missing = fmt.Errorf("the merged binary has no admin socket: %w", socket)
		default:
			err := known(links, all.Links)
			if err == nil {
				err = failed(services.Services)
			}
			if err != nil {
				return err
			}
			missing = errors.Join(notRunning(services.Services), p.notListening(chosen))
			if missing == nil {
				if running.IsZero() {
					running = time.Now()
				}
				if serving(links, all.Links) || time.Since(running) > serveWait {
					return nil
				}
			}
		}
		if time.Now().After(limit) {
			if missing == nil {
				return nil // but for links
			}
			return fmt.Errorf("the services did not start in time: %w", missing)
		}
		time.Sleep(poll)
	}
}

// failed returns an error if a service has ended with an exit code other than 0.
func failed(services []reports.Service) error {
	for _, s := range services {
		if s.State == reports.Ended && s.Code != 0 {
			return fmt.Errorf("service %s %s: exit code %d", s.Name, s.Reason, s.Code)
		}
	}
	return nil
}

// notRunning returns an error that names the services which neither run nor have
// done their work.
func notRunning(services []reports.Service) error {
	var names []string
	for _, s := range services {
		if s.State != reports.Running && s.State != reports.Ended {
			names = append(names, fmt.Sprintf("%s is %s", s.Name, s.State))
		}
	}
	if len(services) == 0 {
		return errors.New("no service has begun")
	}
	if names == nil {
		return nil
	}
	return errors.New(strings.Join(names, ", "))
}

// notListening returns an error that names the ports on which nobody listens.
func (p *process) notListening(chosen ports) error {
	var names []string
	sockets, ok := listening(p.cmd.Process.Pid)
	for name, port := range chosen {
		if !hasListener(sockets, ok, port) {
			names = append(names, fmt.Sprintf("nobody listens on port %d, {port:%s}", port, name))
		}
	}
	if names == nil {
		return nil
	}
	return errors.New(strings.Join(names, ", "))
}

// hasListener reports whether somebody listens on a port: one of the sockets, or
// where they are not known, whoever takes a connection.
func hasListener(sockets []string, ok bool, port int) bool {
	if !ok {
		conn, err := net.DialTimeout("tcp", fmt.Sprint("127.0.0.1:", port), time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	for _, s := range sockets {
		if strings.HasSuffix(s, fmt.Sprint(":", port)) {
			return true
		}
	}
	return false
}

// writeServices writes one line for each service.
func writeServices(w io.Writer, services []reports.Service) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVICE\tSTATE\tRESTARTS\tGOROUTINES\tWHY")
	for _, s := range services {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%s\n", s.Name, s.State, s.Restarts, s.Goroutines, s.Reason)
	}
	tw.Flush()
}
