namespace go contract

enum Color {
    RED = 1
    GREEN = 2
    BLUE = 5
}

typedef i64 Stamp

struct Point {
    1: i32 x
    2: i32 y
}

struct Leaf {
    1: required string name
    2: optional string note
    3: list<string> tags
}

struct Node {
    1: i64 value
    2: optional Node next
    3: list<Node> children
    4: map<string, Node> named
}

union Shape {
    1: Point point
    2: string name
    3: list<Point> path
    4: i64 id
    5: Color color
}

struct Rich {
    1: bool flag
    2: byte tiny
    3: i16 small
    4: i32 medium
    5: i64 large
    6: double real
    7: string text
    8: binary raw
    9: Color color
    10: Stamp stamp

    11: optional bool maybe_flag
    12: optional byte maybe_tiny
    13: optional i16 maybe_small
    14: optional i32 maybe_medium
    15: optional i64 maybe_large
    16: optional double maybe_real
    17: optional string maybe_text
    18: optional binary maybe_raw
    19: optional Color maybe_color
    20: optional Point maybe_point
    21: optional list<i32> maybe_list
    22: optional map<string, i32> maybe_map

    31: bool default_flag = true
    32: i32 default_medium = 42
    33: double default_real = 1.5
    34: string default_text = "default"
    35: binary default_raw = "raw"
    36: Color default_color = Color.BLUE
    37: list<i32> default_list = [1, 2, 3]
    38: map<string, i32> default_map = {"one": 1}

    41: optional bool fallback_flag = true
    42: optional i32 fallback_medium = 42
    43: optional double fallback_real = 1.5
    44: optional string fallback_text = "fallback"
    45: optional binary fallback_raw = "raw"
    46: optional Color fallback_color = Color.GREEN
    47: optional list<string> fallback_list = ["a", "b"]

    51: list<i64> numbers
    52: list<string> words
    53: list<binary> blobs
    54: list<Color> colors
    55: list<Point> points
    56: list<list<i32>> matrix
    57: set<string> names
    58: set<Point> spots
    59: set<i32> ids
    60: map<string, string> labels
    61: map<i32, Point> by_id
    62: map<string, list<Point>> groups
    63: map<Color, map<string, i64>> counts
    64: map<bool, string> answers
    65: list<map<string, set<i32>>> deep

    71: Point point
    72: optional Leaf leaf
    73: list<Leaf> leaves
    74: Node tree
    75: optional Shape shape
    76: list<Shape> shapes
}

enum Kind {
    NONE = 0
    DECLARED = 1
    OTHER = 2
    DECLARED_WRAPPED = 3
    DECLARED_NIL = 4
    PLAIN = 5
    WRAPPED = 6
    CANCELED = 7
    DEADLINE = 8
    ACL = 9
    ACL_CAUSE = 10
    RPC_TIMEOUT = 11
    TRANS = 12
    APPLICATION = 13
    BIZ = 14
    BIZ_WRAPPED = 15
    PANIC = 16
    PANIC_ERROR = 17
    PANIC_NIL_POINTER = 18
    // What the callee's middleware does.
    MIDDLEWARE_ERROR = 19
    MIDDLEWARE_PANIC_BEFORE = 20
    MIDDLEWARE_PANIC_AFTER = 21
    MIDDLEWARE_BIZ = 22
    // The handler keeps the error, for Change.
    DECLARED_KEPT = 23
    BIZ_KEPT = 24
}

// Failure tells the callee what to do.
struct Failure {
    1: Kind kind
    2: string message
    3: i32 code
    4: map<string, string> extra
    // The handler returns this next to its error.
    5: string result
}

exception Declared {
    1: i32 code
    2: string reason
    3: list<Point> points
    4: optional Leaf leaf
    5: optional string note
    6: string advice = "none"
}

exception Other {
    1: string reason
}

// Seen is what the callee found in its context.
struct Seen {
    1: map<string, string> persistent
    2: map<string, string> transient
    3: bool plain
    4: string caller
    5: string method
}

service ContractService {
    Rich Echo(1: Rich rich)
    // Make answers with what the callee's version makes of a struct.
    Rich Make(1: string what, 2: i64 seed)
    Rich NoStruct()
    list<Point> NoList()
    map<string, Point> NoMap()
    binary NoBinary()
    void Done(1: i64 number, 2: list<string> words, 3: Color color, 4: Point point)
    Color Mix(1: Color one, 2: Color other)
    string Fail(1: Failure failure) throws (1: Declared declared, 2: Other other)
    void FailVoid(1: Failure failure) throws (1: Declared declared)
    Seen Meta(1: map<string, string> backward)

    // Keep changes its request, keeps it and answers with it.
    Rich Keep(1: Rich rich)
    Rich Kept()
    // Change changes what Keep and Fail kept.
    void Change()
}
