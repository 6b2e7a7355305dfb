package exports

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// inputs are examples of each format, the seeds of fuzzing.
var inputs = map[Format]string{
	CSV: "caller,callee,calls_per_second\nitem,stock,3\n",
	Prometheus: `# TYPE grpc_client_handled_total counter
grpc_client_handled_total{app="item",grpc_service="shop.Stock",grpc_method="Get",grpc_code="OK"} 60
grpc_client_handled_total{app="item",grpc_service="shop.Stock",grpc_method="Get",grpc_code="NotFound"} 120
grpc_client_handled_total{app="item",grpc_service="other.Service",grpc_method="Get",grpc_code="OK"} 9
grpc_client_handled_total{grpc_service="shop.Stock",grpc_method="Get",grpc_code="OK"} 9
grpc_client_started_total{app="item",grpc_service="shop.Stock",grpc_method="Get"} 180
traces_service_graph_request_total{client="api",server="item"} 60
traces_service_graph_request_total{client="api",server="mysql",connection_type="database"} 60
process_cpu_seconds_total 12
`,
	PrometheusAPI: `{"status":"success","data":{"resultType":"matrix","result":[
 {"metric":{"__name__":"kitex_client_throughput","caller":"item","callee":"stock","method":"Get"},"values":[[100,"50"],[130,"110"],[160,"20"]]},
 {"metric":{"__name__":"kitex_client_throughput","caller":"item","callee":"stock","method":"Put"},"values":[[100,"50"]]}]}}`,
	Jaeger: `{"data":[{"parent":"item","child":"stock","callCount":120},{"parent":"item","child":"item","callCount":9}],"errors":null}`,
	OTLP: `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"item"}}]},"scopeSpans":[{"spans":[
 {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"Stock/Get","kind":3,"startTimeUnixNano":"1000000000","endTimeUnixNano":"3000000000"},
 {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332","name":"Mail/Send","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":"1000000000","endTimeUnixNano":"2000000000","attributes":[{"key":"peer.service","value":{"stringValue":"mail"}}]},
 {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203333","name":"SELECT","kind":3,"startTimeUnixNano":"1000000000","endTimeUnixNano":"2000000000"}]}]}]}
{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"stock"}}]},"scopeSpans":[{"spans":[
 {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","parentSpanId":"b7ad6b7169203331","name":"Stock/Get","kind":2,"startTimeUnixNano":"1500000000","endTimeUnixNano":"2000000000"},
 {"traceId":"1af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b8","parentSpanId":"b7ad6b7169203339","name":"Stock/Get","kind":2,"startTimeUnixNano":"1500000000","endTimeUnixNano":"2000000000"},
 {"traceId":"1af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b9","name":"queue","kind":5,"startTimeUnixNano":"1500000000","endTimeUnixNano":"2000000000"}]}]}]}`,
}

func servers(rpcService string) string {
	return map[string]string{"shop.Stock": "stock"}[rpcService]
}

// lines writes a graph in a line for each link and ignored thing.
func lines(g *traffic.Graph) string {
	var b strings.Builder
	for _, l := range g.Links {
		fmt.Fprintf(&b, "%s->%s %.6g/s", l.Caller, l.Callee, l.PerSecond)
		for _, m := range l.Methods {
			fmt.Fprintf(&b, " %s:%.6g", m.Name, m.PerSecond)
		}
		b.WriteString("\n")
	}
	for _, i := range g.Ignored {
		fmt.Fprintf(&b, "%d %s: %s\n", i.Count, i.What, i.Why)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for format, want := range map[Format]string{
		CSV: "item->stock 3/s\n",
		Prometheus: `api->item 1/s
item->stock 3/s Get:3
1 series: no label says which service calls
1 series: no service is known to serve other.Service; say so by serves in the settings
1 series: their metrics are not of calls that this program knows
1 series: their metrics say no more of who calls whom
1 series: these are not RPCs: connection_type is database
`,
		PrometheusAPI: "item->stock 1.33333/s Get:1.33333\n1 series: they have fewer than two values\n",
		Jaeger:        "item->stock 2/s\n1 calls: of a service to itself\n",
		OTLP: `item->mail 0.5/s Send:0.5
item->stock 0.5/s Get:0.5
1 client spans: there is no span of a callee, and peer.service does not name it
1 server spans: the caller's span is not in this file
1 spans: they are of messages, which are not RPCs
`,
	} {
		o := Options{Period: time.Minute, ServiceOf: servers}
		if format == OTLP {
			o.Period = 0 // the spans say it
		}
		if format == CSV {
			o.Format = CSV
		}
		g, err := Read("export", []byte(inputs[format]), o)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if got := lines(g); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", format, got, want)
		}
	}
}

func TestReadRates(t *testing.T) {
	const answer = `{"status":"success","data":{"resultType":"vector","result":[
 {"metric":{"source_workload":"item","destination_workload":"stock"},"value":[100,"2.5"]},
 {"metric":{"source_workload":"unknown","destination_workload":"stock"},"value":[100,"1"]},
 {"metric":{"client":"api","server":"item"},"value":[100,"NaN"]}]}}`
	g, err := Read("rates.json", []byte(answer), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `item->stock 2.5/s
1 calls: the number is negative, too large or not a number
1 series: a workload is unknown: it is not in the mesh
`
	if got := lines(g); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestByteOrderMark has files as programs of Windows write them.
func TestByteOrderMark(t *testing.T) {
	for name, text := range map[string]string{
		"t.csv":  "\"caller\",\"callee\",\"calls\"\r\n\"item\",\"stock\",\"60\"\r\n",
		"t.json": "{\"data\":[{\"parent\":\"item\",\"child\":\"stock\",\"callCount\":60}]}\r\n",
		"t.prom": "kitex_client_throughput{caller=\"item\",callee=\"stock\"} 60\n",
	} {
		g, err := Read(name, []byte("\ufeff"+text), Options{Period: time.Minute})
		if err != nil || len(g.Links) != 1 || g.Links[0].PerSecond != 1 {
			t.Errorf("%s: got %+v, %v", name, g, err)
		}
	}
	if _, err := Read("t.csv", nil, Options{Sampling: math.NaN()}); err == nil || !strings.Contains(err.Error(), "sampling NaN is not between 0 and 1") {
		t.Errorf("got %v", err)
	}
}

// TestRangeOfReplacedProcesses has two processes, one of which takes the place of the
// other: together they make as many calls as one that runs all the time.
func TestRangeOfReplacedProcesses(t *testing.T) {
	const answer = `{"status":"success","data":{"resultType":"matrix","result":[
 {"metric":{%s"caller":"item","callee":"stock","pod":"a"},"values":[[0,"%s"],[60,"%s"],[120,"%s"]]},
 {"metric":{%[1]s"caller":"item","callee":"stock","pod":"b"},"values":[[180,"%[2]s"],[240,"%[3]s"]]}]}}`
	for name, text := range map[string]string{
		"counters": fmt.Sprintf(answer, `"__name__":"kitex_client_throughput",`, "0", "600", "1200"),
		"rates":    fmt.Sprintf(answer, "", "10", "10", "10"),
	} {
		g, err := Read("export", []byte(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		// Between the last value of one and the first of the other no calls are known.
		if want := map[string]float64{"counters": 1800.0 / 240, "rates": 10}[name]; len(g.Links) != 1 || g.Links[0].PerSecond != want {
			t.Errorf("%s: got %+v, want %g calls/s", name, g.Links, want)
		}
	}
}

// TestCallersWithoutAName has calls that metrics and traces say no caller of: a name
// such as "unknown" is not a service, and its calls are calls that the callee gets.
func TestCallersWithoutAName(t *testing.T) {
	const istio = `istio_requests_total{reporter="%s",source_workload="%s",destination_workload="stock"} %d` + "\n"
	for name, text := range map[string]string{
		"kitex": `kitex_client_throughput{caller="item",callee="stock"} 60
kitex_server_throughput{caller="item",callee="stock"} 60
kitex_server_throughput{caller="unknown",callee="stock"} 240
kitex_client_throughput{caller="item",callee="unknown"} 60
`,
		// The callee is not told by whom it is called, so that it counts item's, too.
		"kitex without callers": `kitex_client_throughput{caller="item",callee="stock"} 60
kitex_server_throughput{caller="unknown",callee="stock"} 300
`,
		"service graph": `traces_service_graph_request_total{client="item",server="stock"} 60
traces_service_graph_request_total{client="user",server="stock",connection_type="virtual_node"} 240
traces_service_graph_request_total{client="item",server="mail",connection_type="virtual_node"} 240
`,
		"istio": fmt.Sprintf(istio+istio+istio, "source", "item", 60, "destination", "item", 60, "destination", "unknown", 240),
		"grpc": `grpc_client_handled_total{app="item",grpc_service="shop.Stock",grpc_method="Get"} 60
grpc_client_handled_total{grpc_service="shop.Stock",grpc_method="Get"} 240
`,
		"two systems": `kitex_client_throughput{caller="item",callee="stock"} 60
istio_requests_total{reporter="source",source_workload="item",destination_workload="stock"} 60
istio_requests_total{reporter="destination",source_workload="item",destination_workload="stock"} 60
istio_requests_total{reporter="destination",source_workload="unknown",destination_workload="stock"} 240
`,
		"csv": "caller,callee,calls\nitem,stock,60\n,stock,240\n",
	} {
		o := Options{Period: time.Minute, ServiceOf: servers}
		if name == "csv" {
			o.Format = CSV
		}
		g, err := Read("export", []byte(text), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Links) != 1 || g.Links[0].Caller != "item" || g.Links[0].Callee != "stock" || g.Links[0].PerSecond != 1 {
			t.Errorf("%s: got the links %+v, want item->stock with a call per second", name, g.Links)
		}
		if len(g.Received) != 1 || g.Received[0].Callee != "stock" || g.Received[0].PerSecond != 5 {
			t.Errorf("%s: got %+v, want 5 calls/s that stock receives", name, g.Received)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for input, want := range map[string]string{
		inputs[Prometheus]: ErrPeriod.Error(),
		inputs[Jaeger]:     ErrPeriod.Error(),
		"{}":               "is none of the formats",
		"a b c\n":          "export: ",
		`{"status":"error","error":"bad query","data":{"resultType":""}}`: "bad query",
		`{"data":null,"errors":[{"msg":"down"}]}`:                         "down",
		`{"resourceSpans":[]}`:                                            "no spans",
	} {
		if _, err := Read("export", []byte(input), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", input, err, want)
		}
	}
	if _, err := Read("export", nil, Options{Format: "xml"}); err == nil || !strings.Contains(err.Error(), `"xml" is unknown`) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, format := range Formats {
		f.Add(string(format), []byte(inputs[format]))
	}
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		g, err := Read("export", data, Options{Format: Format(format), Period: time.Hour, ServiceOf: servers})
		if err != nil {
			return
		}
		for i, l := range g.Links {
			if !(l.PerSecond > 0) || l.Caller == "" || l.Callee == "" || l.Caller == l.Callee || !(l.Bytes >= 0) {
				t.Errorf("link %+v", l)
			}
			if i > 0 && g.Links[i-1].Caller+"\x00"+g.Links[i-1].Callee >= l.Caller+"\x00"+l.Callee {
				t.Errorf("links %+v and %+v are not in order", g.Links[i-1], l)
			}
		}
	})
}
