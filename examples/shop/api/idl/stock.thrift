// What the stock team offers: how many of an item are on the shelves, and
// reservations of them.
namespace go stock

typedef string ItemID

// More items than this in one GetStocks is an error.
const i32 MAX_BATCH = 64

// The status code of a reservation of an item that is no longer sold.
const i32 CODE_DISCONTINUED = 4100

enum Availability {
    UNKNOWN = 0
    IN_STOCK = 1
    LOW = 2
    SOLD_OUT = 3
    DISCONTINUED = 4
}

struct Shelf {
    1: required string warehouse
    2: optional string aisle = "unassigned"
    3: optional i16 level
}

// A bundle consists of items and of other bundles.
struct Bundle {
    1: required ItemID item_id
    2: i32 quantity = 1
    3: list<Bundle> parts
}

struct StockLevel {
    1: required ItemID item_id
    2: required i32 on_hand
    3: i32 reserved
    4: Availability availability
    5: list<Shelf> shelves
    6: map<string, i32> by_warehouse
    7: set<string> handling
    8: optional i32 low_mark = 5
    9: optional Bundle bundle
    // A shipping label, JSON.
    10: optional binary label
    // Days until the next delivery.
    11: optional i32 restock_days
    // Sold per day. Added in 1.4.
    12: optional double turnover
}

// For whom a reservation is made.
union Claim {
    1: string order_id
    2: i64 customer
}

struct ReserveRequest {
    1: required ItemID item_id
    2: required i32 quantity
    3: required Claim claim
    4: optional string warehouse
}

struct Reservation {
    1: required string id
    2: required ItemID item_id
    3: required i32 quantity
    4: map<string, i32> taken
    5: required Claim claim
}

struct BuildInfo {
    1: required string version
    2: required string kitex
}

exception UnknownItem {
    1: required ItemID item_id
}

exception OutOfStock {
    1: required ItemID item_id
    2: required i32 requested
    3: i32 available
}

exception UnknownReservation {
    1: required string id
}

service StockService {
    StockLevel GetStock(1: ItemID item_id) throws (1: UnknownItem unknown)

    // Items that stock does not know are left out of the answer.
    map<ItemID, StockLevel> GetStocks(1: list<ItemID> item_ids, 2: bool with_shelves)

    // A discontinued item is refused with the status CODE_DISCONTINUED.
    Reservation Reserve(1: ReserveRequest request) throws (1: UnknownItem unknown, 2: OutOfStock out_of_stock)

    void Release(1: string reservation_id) throws (1: UnknownReservation unknown)

    // Somebody looked at an item.
    oneway void NoteView(1: ItemID item_id)

    map<ItemID, i64> GetViews()

    // How often each method was called, but for Calls and Build.
    map<string, i64> Calls()

    BuildInfo Build()
}
