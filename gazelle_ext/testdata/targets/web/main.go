// Web makes no server.
package main

import (
	"net/http"
	"os"

	"google.golang.org/grpc"

	"example.com/shop/genproto"
)

func main() {
	item := os.Getenv("ITEM_ADDR")
	if item == "" {
		item = "item:50051"
	}
	conn, _ := grpc.NewClient("dns:///" + item)
	genproto.NewItemClient(conn)
	conn, _ = grpc.NewClient(os.Getenv("USER_ADDR"))
	genproto.NewUserClient(conn)
	mail, _ := grpc.NewClient("mail:50051")
	genproto.NewMailClient(mail)
	card, _ := grpc.NewClient("card:50051")
	genproto.NewCardClient(card)
	http.ListenAndServe(":80", nil)
}
