// The words of the catalogue.
namespace go catalogue

typedef string ItemID

struct Money {
    1: required string currency
    // In the currency's smallest unit.
    2: required i64 amount
}

// A category and those below it. In an Item it is a path: every category has
// one child at most.
struct Category {
    1: required string name
    2: list<Category> children
}

struct Book {
    1: required string isbn
    2: list<string> authors
    3: optional i16 pages
}

struct Garment {
    1: required string material
    2: map<string, i8> sizes
}

// What is particular to a kind of item.
union Details {
    1: Book book
    2: Garment garment
    3: double volts
}
