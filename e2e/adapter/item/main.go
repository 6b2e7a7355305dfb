// Command item tells over HTTP what stock says about an article.
package main

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"acme.example/rpc/client"
	"acme.example/rpc/wire"

	"example.com/item/stockapi"
)

func main() {
	stock := stockapi.NewClient(client.WithAddress(os.Getenv("STOCK_ADDR")))
	http.HandleFunc("GET /count/{sku}", func(w http.ResponseWriter, r *http.Request) {
		level, err := stock.Count(r.Context(), stockapi.Item{SKU: r.PathValue("sku")})
		answer(w, level, err)
	})
	http.HandleFunc("GET /fail/{sku}", func(w http.ResponseWriter, r *http.Request) {
		level, err := stock.Fail(r.Context(), stockapi.Item{SKU: r.PathValue("sku")})
		answer(w, level, err)
	})
	log.Fatal(http.ListenAndServe(os.Getenv("ADDR"), nil))
}

// answer writes a level, or what kind of error there was.
func answer(w http.ResponseWriter, level stockapi.Level, err error) {
	var status *wire.Status
	switch {
	case errors.As(err, &status):
		fmt.Fprintln(w, "status:", status.Message)
	case errors.Is(err, os.ErrPermission):
		fmt.Fprintln(w, "permission denied")
	case err != nil:
		fmt.Fprintln(w, "error:", err)
	default:
		fmt.Fprintln(w, level.Count)
	}
}
