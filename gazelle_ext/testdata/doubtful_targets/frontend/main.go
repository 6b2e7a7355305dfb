// Frontend makes no server. Some hosts that it dials are elsewhere.
package main

import (
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"example.com/shop/genproto"
)

func main() {
	genproto.NewInventoryClient(dial(env("INVENTORY", "inventory:50051")))
	genproto.NewInventoryClient(dial(env("INVENTORY_EU", "inventory-eu:50051")))
	genproto.NewInventoryClient(dial(env("INVENTORY_EU_2", "inventory-eu:50051")))
	genproto.NewOrdersClient(dial(orders(os.Getenv("STAGE"))))
	genproto.NewBillingClient(dial("ledger:50051"))
	genproto.NewBillingClient(dial("ledger-canary:50051"))
	genproto.NewMailClient(dial("postman:50051"))
	genproto.NewMailClient(dial("dns:///postman:50052"))
	genproto.NewGiftCardClient(dial("gift-card:50051"))
	genproto.NewGiftCardClient(dial("gift-card-" + os.Getenv("REGION") + ":50051"))
	genproto.NewKeptClient(dial("kept:50051"))
	genproto.NewKeptClient(dial("kept-us:50051"))
}

func orders(stage string) string {
	switch stage {
	case "prod":
		return "orders.prod:50051"
	case "stage":
		return "orders.stage:50051"
	}
	return "orders.dev:50051"
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func dial(target string) *grpc.ClientConn {
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	return conn
}
