namespace go bench

// Note is a flat payload: nearly all of it is the body.
struct Note {
    1: required i64 id
    2: required string topic
    3: required binary body
}

enum Status {
    OPEN = 1
    PAID = 2
    SENT = 3
}

struct Money {
    1: required string currency
    2: required i64 units
    3: optional i32 nanos
}

struct Address {
    1: required string name
    2: required list<string> lines
    3: required string country
    4: optional string phone
}

struct Line {
    1: required string sku
    2: required i32 quantity
    3: required Money price
    4: optional string comment
    5: optional list<string> tags
    6: optional map<string, string> attributes
}

// Order is a nested payload, of the kind that services exchange.
struct Order {
    1: required string id
    2: required i64 customer
    3: required Status status
    4: required list<Line> lines
    5: required map<string, Money> discounts
    6: required Address ship_to
    7: optional Address bill_to
    8: optional map<string, list<i64>> history
    9: optional bool gift
    10: optional double weight
}

// BenchService is what the callee serves: it answers with what it was sent.
service BenchService {
    Note Echo(1: Note note)
    Order Place(1: Order order)
}
