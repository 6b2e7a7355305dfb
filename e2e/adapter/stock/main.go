// Command stock knows how many there are of each article.
package main

import (
	"errors"
	"log"
	"os"

	"example.com/stock/stockapi"
)

type handler struct{}

func (handler) Count(item stockapi.Item) (stockapi.Level, error) {
	return stockapi.Level{Count: len(item.SKU)}, nil
}

func (handler) Fail(item stockapi.Item) (stockapi.Level, error) {
	return stockapi.Level{}, errors.New("no such article: " + item.SKU)
}

func main() {
	log.Fatal(stockapi.NewServer(handler{}).Run(os.Getenv("ADDR")))
}
