namespace go skew.callee

// The callee's version of the service. What skew_caller.thrift does not know is
// named theirs.

enum Level {
    LOW = 1
    THEIRS = 3
    HIGH = 4
}

struct Inner {
    1: i32 both
    3: optional string theirs
    5: map<string, i64> theirs_map
}

union Choice {
    1: string both
    3: bool theirs
}

struct Skewed {
    1: i32 both
    4: string theirs
    5: optional Inner theirs_struct
    // The sides have other defaults.
    6: i32 defaulted = 2
    7: optional string fallback = "the callee's"
    // Required on one side only.
    8: string strict_mine
    9: required string strict_theirs
    10: Level level
    11: list<Level> levels
    12: Inner inner
    13: list<Inner> inners
    14: map<string, Inner> named
    15: map<Level, i32> counts
    16: optional Choice choice
    17: set<string> words
    // Optional on one side only.
    18: i64 maybe_mine
    19: optional i64 maybe_theirs
    // Renamed, retyped with the same wire type.
    20: string renamed
    21: i32 number
}

struct Strict {
    1: string both
    2: required string must
}

struct StrictBack {
    1: string both
    3: string theirs
}

exception Refused {
    1: string both
    3: list<string> theirs
}

exception Theirs {
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
    string Arguments(1: string both, 3: string theirs)
    // Exceptions known to one side only.
    string Raise(1: string how) throws (1: Refused refused, 3: Theirs theirs)
    void RaiseVoid(1: string how) throws (1: Refused refused, 3: Theirs theirs)
    // A method on one side only.
    string TheirsOnly(1: string text)
    string Returns(1: string text)
    void Silent(1: string text)
}
