// Package dialer connects services by their names.
package dialer

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/resolver"
)

// Names has the address of each service by its name. As a flag it is a list such
// as "rooms=127.0.0.1:8902,rates=127.0.0.1:8903".
type Names map[string]string

func (n Names) String() string {
	var pairs []string
	for name, addr := range n {
		pairs = append(pairs, name+"="+addr)
	}
	return strings.Join(pairs, ",")
}

// Set adds the pairs of a list.
func (n Names) Set(list string) error {
	for pair := range strings.SplitSeq(list, ",") {
		name, addr, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%q: want name=address", pair)
		}
		n[name] = addr
	}
	return nil
}

// Dial connects to a service. Its calls are traced.
func (n Names) Dial(name string) (*grpc.ClientConn, error) {
	return grpc.NewClient("hotel:///"+name,
		grpc.WithResolvers(n),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
}

// Scheme implements [resolver.Builder].
func (Names) Scheme() string { return "hotel" }

// Build implements [resolver.Builder].
func (n Names) Build(target resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	addr, ok := n[target.Endpoint()]
	if !ok {
		return nil, fmt.Errorf("no service has the name %s", target.Endpoint())
	}
	return known{}, cc.UpdateState(resolver.State{Addresses: []resolver.Address{{Addr: addr}}})
}

// known is a resolver that has nothing more to tell.
type known struct{}

func (known) ResolveNow(resolver.ResolveNowOptions) {}
func (known) Close()                                {}
