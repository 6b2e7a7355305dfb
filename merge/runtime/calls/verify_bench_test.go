package calls

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/answers"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// benchOffer is the request and the answer of a call that is verified, 1 KB on the wire.
type benchOffer struct {
	ID    int64        `thrift:"id,1" frugal:"1,default,i64"`
	Lines []*benchLine `thrift:"lines,2" frugal:"2,default,list<benchLine>"`
}

type benchLine struct {
	Name  string   `thrift:"name,1" frugal:"1,default,string"`
	Price float64  `thrift:"price,2" frugal:"2,default,double"`
	Tags  []string `thrift:"tags,3" frugal:"3,default,list<string>"`
}

func (o *benchOffer) clone() *benchOffer {
	made := &benchOffer{ID: o.ID, Lines: make([]*benchLine, len(o.Lines))}
	for i, l := range o.Lines {
		made.Lines[i] = &benchLine{l.Name, l.Price, slices.Clone(l.Tags)}
	}
	return made
}

// BenchmarkVerify measures what an RPC pays for verification, by the share of the RPCs that
// is verified: one that takes no time, and one whose 1 KB crosses a loopback connection
// there and back. times-off compares with an RPC of which none are verified, and busy is
// the part of the calls that were skipped since too many were being verified.
func BenchmarkVerify(b *testing.B) {
	offer := &benchOffer{ID: 1}
	for range 10 {
		offer.Lines = append(offer.Lines, &benchLine{strings.Repeat("n", 60), 1.5, []string{"green", "loose"}})
	}
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Offers", Methods: map[string]Method{"Get": {
		Args:      func(src any) (any, error) { return src.(*benchOffer).clone(), nil },
		NewResult: func() any { return new(benchOffer) },
		Result: func(dst, src any) error {
			*dst.(*benchOffer) = *src.(*benchOffer).clone()
			return nil
		},
	}}})
	client := shop.NewClient("item", "Offers", "stock")
	defer shop.Serve("stock", "Offers", "stock", func(_ context.Context, req Request) Response {
		*req.Result.(*benchOffer) = *req.Args.(*benchOffer)
		return Response{}
	})()
	for _, rpc := range []struct {
		name string
		call func()
	}{{"no-time", func() {}}, {"loopback", benchEcho(b)}} {
		off := 0.0
		for _, share := range []string{"off", "1%", "100%"} {
			b.Run(rpc.name+"/"+share, func(b *testing.B) {
				benchRule(b, shop, "item->stock/Offers/Get off,item->stock/Offers/Get verify "+share)
				before := benchBusy(shop)
				b.ReportAllocs()
				for b.Loop() {
					benchVerified(client, offer, rpc.call)
				}
				perCall := float64(b.Elapsed()) / float64(b.N)
				shop.settle()
				if share == "off" {
					off = perCall
				}
				b.ReportMetric(perCall/off, "times-off")
				b.ReportMetric(float64(benchBusy(shop)-before)/float64(b.N), "busy")
			})
		}
	}
}

// benchVerified makes an RPC as an adapter does.
func benchVerified(client *Client, offer *benchOffer, rpc func()) {
	if _, drawn := client.Draw("Get"); drawn != DrawnRPC {
		panic("an inline call")
	}
	v := client.Verify("Get")
	if v == nil {
		rpc()
		return
	}
	defer v.Drop()
	args, ok := v.Convert(offer)
	rpc()
	if !ok {
		return
	}
	answer, err := answers.Of(offer)
	if err != nil {
		v.Skip(SkipOf(err))
		return
	}
	v.Compare(time.Minute, answer, func(ctx context.Context) (answers.Value, Skip, bool) {
		var result benchOffer
		if _, why, ok := v.Do(ctx, args, &result, nil); !ok {
			return answers.Value{}, why, false
		}
		inline, err := answers.Of(&result)
		return inline, SkipOf(err), err == nil
	})
}

func benchRule(b *testing.B, shop *testTable, text string) {
	rules, err := policy.ParseRules(strings.Split(text, ","), func(int) string { return "benchmark" })
	if err != nil {
		b.Fatal(err)
	}
	shop.rules.Replace(policy.AdminLayer, "benchmark", rules)
}

func benchBusy(shop *testTable) uint64 {
	for _, l := range shop.Links() {
		if l.RPCService == "Offers" && l.Verification != nil {
			return l.Verification.Skipped.Busy
		}
	}
	return 0
}

// benchEcho returns a function that sends 1 KB over a loopback connection and waits until it
// is back.
func benchEcho(b *testing.B) func() {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer lis.Close()
	go func() {
		if conn, err := lis.Accept(); err == nil {
			io.Copy(conn, conn)
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", lis.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	message := make([]byte, 1<<10)
	return func() {
		if _, err := conn.Write(message); err != nil {
			panic(err)
		}
		if _, err := io.ReadFull(conn, message); err != nil {
			panic(err)
		}
	}
}
