// What the item team offers: the catalogue, with what is in stock, and orders.
namespace go item

include "catalogue.thrift"

const string CURRENCY = "EUR"

enum Supply {
    UNKNOWN = 0
    AVAILABLE = 1
    SCARCE = 2
    NONE = 3
}

enum Part {
    ATTRIBUTES = 1
    CATEGORY = 2
    SPEC = 3
}

struct StockSummary {
    1: Supply supply
    2: i32 on_hand
    3: map<string, i32> by_warehouse
    4: optional i32 restock_days
}

struct Item {
    1: required catalogue.ItemID id
    2: required string name
    3: required catalogue.Money price
    4: optional catalogue.Category category
    5: map<string, string> attributes
    6: set<string> tags
    7: optional catalogue.Details details
    // The maker's data sheet, JSON.
    8: optional binary spec
    9: optional StockSummary stock
    10: optional double rating = 2.5
    11: bool fragile
}

struct ListItemsRequest {
    1: required list<catalogue.ItemID> ids
    // What to include. Everything if it is not set.
    2: optional set<Part> parts
}

struct ListItemsResponse {
    1: list<Item> items
    2: list<catalogue.ItemID> missing
}

struct PlaceOrderRequest {
    1: required catalogue.ItemID item_id
    2: i32 quantity = 1
    3: optional string warehouse
    4: optional string note
}

struct Order {
    1: required string id
    2: required catalogue.ItemID item_id
    3: required i32 quantity
    4: required catalogue.Money total
    5: required string reservation_id
    6: map<string, i32> taken
    7: optional string note
}

struct BuildInfo {
    1: required string version
    2: required string kitex
}

exception NotFound {
    1: required string kind
    2: required string id
}

exception SoldOut {
    1: required catalogue.ItemID item_id
    2: i32 available
    3: string message
}

service ItemService {
    Item GetItem(1: catalogue.ItemID id) throws (1: NotFound not_found)

    ListItemsResponse ListItems(1: ListItemsRequest request)

    Order PlaceOrder(1: PlaceOrderRequest request) throws (1: NotFound not_found, 2: SoldOut sold_out)

    void CancelOrder(1: string order_id) throws (1: NotFound not_found)

    // How often this service called each method of another.
    map<string, map<string, i64>> Calls()

    BuildInfo Build()
}
