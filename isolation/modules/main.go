// Command modules links modules that register themselves with packages of the
// standard library.
package main

import (
	"database/sql"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/pflag"
	"golang.org/x/net/trace"
)

var (
	service = os.Getenv("SERVICE")
	size    = flag.Int("size", 0, "a size")
	color   = pflag.String("color", "none", "a color")
	orders  = prometheus.NewCounter(prometheus.CounterOpts{Name: "orders_total", ConstLabels: prometheus.Labels{"of": service}})
)

func init() {
	prometheus.MustRegister(orders)
	http.Handle("/metrics", promhttp.Handler())
	trace.AuthRequest = func(*http.Request) (any, sensitive bool) { return true, true }
}

func main() {
	pflag.CommandLine.AddGoFlagSet(flag.CommandLine)
	pflag.Parse()
	fmt.Println(service, "flags", *size, *color, pflag.Args())

	fmt.Println(service, "drivers", sql.Drivers())
	for _, driver := range []string{"mysql", "postgres"} {
		_, err := sql.Open(driver, "%")
		fmt.Println(service, "opens", driver, err)
	}

	orders.Add(float64(len(service)))
	trace.New("requests of "+service, "title").Finish()
	for path, word := range map[string]string{"/metrics": "orders_total", "/debug/requests": "requests of"} {
		answer := httptest.NewRecorder()
		http.DefaultServeMux.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		for line := range strings.Lines(answer.Body.String()) {
			if strings.Contains(line, word) {
				fmt.Println(service, path, strings.TrimSpace(line))
			}
		}
	}
}
