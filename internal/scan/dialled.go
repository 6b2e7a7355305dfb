package scan

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Service is a main package among those that may be merged.
type Service struct {
	Dir string
	// Names are those under which it may be dialled.
	Names []string
	// Serves are the RPC services that it serves whose callers dial targets.
	Serves  []string
	Clients []Endpoint
}

// Dialled is what other services dial for the RPC services that a service alone
// serves, as far as it [Tells].
type Dialled struct {
	// Certain are the targets that mean the service, sorted.
	Certain []string
	// Doubtful are those that may mean a deployment elsewhere, sorted.
	Doubtful []DoubtfulTarget
}

// DoubtfulTarget is a target with the RPC service that it is dialled for, and
// where clients are made for it.
type DoubtfulTarget struct {
	Target, RPCService string
	Positions          []string
}

// Doubt says what is doubtful.
func (d Dialled) Doubt() string {
	var dialled []string
	for _, t := range d.Doubtful {
		dialled = append(dialled, fmt.Sprintf("%q for %s (%s)", t.Target, t.RPCService, strings.Join(t.Positions, ", ")))
	}
	return fmt.Sprintf("others dial %s, which may mean another deployment: Gazelle does not write it into targets, and the calls stay RPCs", strings.Join(dialled, ", "))
}

// Remedy says what to do about what is doubtful. It does not propose a pattern of
// which more than the port is open, since that would mean other deployments, too.
func (d Dialled) Remedy() string {
	open := func(target string) bool { return strings.Contains(strings.TrimSuffix(target, ":"+anything), anything) }
	var text string
	if i := slices.IndexFunc(d.Doubtful, func(t DoubtfulTarget) bool { return !open(t.Target) }); i >= 0 {
		list := append(slices.Clone(d.Certain), d.Doubtful[i].Target)
		slices.Sort(list)
		text = fmt.Sprintf(`add by hand what does mean this service, as in targets = ["%s"]`, strings.Join(list, `", "`))
	} else {
		text = fmt.Sprintf("add by hand to targets what does mean this service, with the text that %s stands for in %q", anything, d.Doubtful[0].Target)
	}
	if len(d.Certain) == 0 {
		text += ", or write targets = [] if nothing does"
	}
	return text
}

// DialledOf returns what is dialled for each service, by its folder. Of an RPC
// service all targets are certain if they have one host. If not, those are whose
// host is a name of the service, if one host is. A target that is doubtful for
// one RPC service is so for all, since a service has one list of targets.
func DialledOf(services []Service) map[string]Dialled {
	servers := make(map[string][]int)
	for i, s := range services {
		for _, rpcService := range s.Serves {
			servers[rpcService] = append(servers[rpcService], i)
		}
	}
	clients := make(map[string][]Endpoint)
	for i, s := range services {
		for _, client := range s.Clients {
			if list := servers[client.Service]; client.ByTarget && len(list) == 1 && list[0] != i {
				clients[client.Service] = append(clients[client.Service], client)
			}
		}
	}
	dialled := make(map[string]Dialled)
	for i, s := range services {
		var targets []dialledTarget
		doubtful := make(map[string]bool)
		for _, rpcService := range s.Serves {
			if len(servers[rpcService]) > 1 {
				continue
			}
			list := targetsOf(clients[rpcService])
			for _, host := range doubtfulHosts(list, services[i].Names) {
				doubtful[host] = true
			}
			targets = append(targets, list...)
		}
		var d Dialled
		for _, target := range targets {
			if doubtful[target.host] {
				d.Doubtful = append(d.Doubtful, target.DoubtfulTarget)
			} else {
				d.Certain = appendOnce(d.Certain, target.Target)
			}
		}
		slices.Sort(d.Certain)
		slices.SortFunc(d.Doubtful, func(a, b DoubtfulTarget) int {
			return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.RPCService, b.RPCService))
		})
		if len(targets) > 0 {
			dialled[s.Dir] = d
		}
	}
	return dialled
}

// dialledTarget is a target with its host, and where that is: the host with what
// tells it from another one of the same name.
type dialledTarget struct {
	DoubtfulTarget
	host, place string
}

// targetsOf returns what clients of one RPC service dial.
func targetsOf(clients []Endpoint) []dialledTarget {
	var targets []dialledTarget
	for _, client := range clients {
		for _, text := range client.Targets {
			if !Tells(text) {
				continue
			}
			i := slices.IndexFunc(targets, func(t dialledTarget) bool { return t.Target == text })
			if i < 0 {
				host, place := hostOf(text)
				i = len(targets)
				targets = append(targets, dialledTarget{DoubtfulTarget{Target: text, RPCService: client.Service}, host, place})
			}
			targets[i].Positions = appendOnce(targets[i].Positions, client.Position)
		}
	}
	for _, target := range targets {
		slices.Sort(target.Positions)
	}
	return targets
}

// doubtfulHosts returns the hosts of targets of an RPC service that may be
// another deployment of a service with these names. A host of which a part is
// not known may be several.
func doubtfulHosts(targets []dialledTarget, names []string) []string {
	var places, named, hosts []string
	unknown := false
	for _, target := range targets {
		places = appendOnce(places, target.place)
		hosts = appendOnce(hosts, target.host)
		unknown = unknown || strings.Contains(target.host, anything)
		if slices.Contains(names, target.host) {
			named = appendOnce(named, target.place)
		}
	}
	if len(places) <= 1 && !unknown {
		return nil
	}
	return slices.DeleteFunc(hosts, func(host string) bool { return len(named) == 1 && slices.Contains(names, host) })
}

// hostOf returns the host of a target, without scheme, authority, path, port and
// query, and the host's place, which lacks only scheme and port. An authority that
// is not known is as none.
func hostOf(target string) (host, place string) {
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		rest = target
	}
	rest, query, _ := strings.Cut(rest, "?")
	host, _, _ = strings.Cut(path.Base(rest), ":")
	dir := strings.TrimSuffix(rest, path.Base(rest))
	return host, strings.TrimPrefix(strings.TrimPrefix(dir, anything), "/") + host + "?" + query
}
