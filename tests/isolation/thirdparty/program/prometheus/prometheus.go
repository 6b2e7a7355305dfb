// Package prometheus serves the default registry.
package prometheus

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var orders = promauto.NewCounter(prometheus.CounterOpts{Name: "shop_orders_total", Help: "Orders."})

func init() {
	// A metric that the other service does not have.
	promauto.NewGauge(prometheus.GaugeOpts{Name: "shop_" + os.Getenv("SERVICE")}).Set(1)
	http.Handle("/metrics", promhttp.Handler())
}

// Run counts and scrapes itself on its own listener.
func Run(service string) {
	orders.Add(float64(len(service)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, nil)
	answer, err := http.Get("http://" + listener.Addr().String() + "/metrics")
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "shop_") || strings.HasPrefix(line, "# TYPE ") {
			fmt.Print(service, " scrapes ", line)
		}
	}
}
