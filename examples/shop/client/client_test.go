// Package client tests the shop as its clients see it. The go_merged_test that
// runs it starts the services.
package client

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// call makes a request to api and decodes what it answers.
func call(t *testing.T, method, path, body string, data any) (status int) {
	t.Helper()
	port := os.Getenv("GO_MERGE_PORT_API")
	if port == "" {
		t.Skip("needs a shop that runs: bazel test //examples/shop:shop_test")
	}
	req, err := http.NewRequest(method, "http://127.0.0.1:"+port+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := struct{ Data any }{data}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode
}

// onHand returns how many pieces stock has, as service item says.
func onHand(t *testing.T, id string) int {
	t.Helper()
	var got struct {
		ID    string
		Stock struct {
			OnHand int `json:"on_hand"`
		}
	}
	if status := call(t, "GET", "/items/"+id, "", &got); status != http.StatusOK || got.ID != id {
		t.Fatalf("item %s: status %d, %+v", id, status, got)
	}
	return got.Stock.OnHand
}

func TestOrder(t *testing.T) {
	before := onHand(t, "lamp")
	var order struct{ ID string }
	if status := call(t, "POST", "/orders", `{"item_id": "lamp", "quantity": 2}`, &order); status != http.StatusOK || order.ID == "" {
		t.Fatalf("status %d, order %+v", status, order)
	}
	if got := onHand(t, "lamp"); got != before-2 {
		t.Errorf("%d lamps after an order of 2, %d before", got, before)
	}
	if status := call(t, "DELETE", "/orders/"+order.ID, "", nil); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if got := onHand(t, "lamp"); got != before {
		t.Errorf("%d lamps after the order was cancelled, %d before", got, before)
	}
}

func TestStock(t *testing.T) {
	for id, want := range map[string]int{"lamp": http.StatusOK, "unicorn": http.StatusNotFound} {
		if got := call(t, "GET", "/stock/"+id, "", nil); got != want {
			t.Errorf("%s: status %d, want %d", id, got, want)
		}
	}
}
