namespace go streams

struct Item {
    1: string text
    2: i32 number
}

service StreamService {
    Item Single(1: Item item)
    // Answers with the sum of the numbers.
    Item Collect(1: Item item) (streaming.mode="client")
    // Sends as many items as the number says, then fails if the text says so.
    Item Spread(1: Item item) (streaming.mode="server")
    // Sends each item back.
    Item Chat(1: Item item) (streaming.mode="bidirectional")
}
