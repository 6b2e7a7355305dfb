namespace go skew.caller

// The caller's version of the service. What skew_callee.thrift does not know is
// named mine.

enum Level {
    LOW = 1
    MINE = 2
    HIGH = 4
}

struct Inner {
    1: i32 both
    2: optional string mine
    4: list<i64> mine_list
}

union Choice {
    1: string both
    2: i32 mine
}

struct Skewed {
    1: i32 both
    2: string mine
    3: optional Inner mine_struct
    // The sides have other defaults.
    6: i32 defaulted = 1
    7: optional string fallback = "the caller's"
    // Required on one side only.
    8: required string strict_mine
    9: string strict_theirs
    10: Level level
    11: list<Level> levels
    12: Inner inner
    13: list<Inner> inners
    14: map<string, Inner> named
    15: map<Level, i32> counts
    16: optional Choice choice
    17: set<string> words
    // Optional on one side only.
    18: optional i64 maybe_mine
    19: i64 maybe_theirs
    // Renamed, retyped with the same wire type.
    20: string text
    21: Level number
}

struct Strict {
    1: string both
    3: string mine
}

struct StrictBack {
    1: string both
    2: required string must
}

exception Refused {
    1: string both
    2: string mine
}

exception Mine {
    1: string text
}

service SkewService {
    Skewed Exchange(1: Skewed skewed)
    // Answers with what the callee makes for the seed.
    Skewed Produce(1: i64 seed)
    // The callee requires a field that the caller does not know.
    Strict Demand(1: Strict strict)
    // The caller requires a field that the callee does not know.
    StrictBack Lack(1: StrictBack strict)
    // Arguments known to one side only.
    string Arguments(1: string both, 2: string mine)
    // Exceptions known to one side only.
    string Raise(1: string how) throws (1: Refused refused, 2: Mine mine)
    void RaiseVoid(1: string how) throws (1: Refused refused)
    // A result on one side only.
    string MineOnly(1: string text)
    void Returns(1: string text)
    string Silent(1: string text)
}
