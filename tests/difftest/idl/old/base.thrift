namespace go base

enum Level { LOW = 1, MID = 5 }

struct Point { 1: i32 x, 2: i32 y }

struct Base {
  1: string LogID = "",
  2: optional string Caller,
  3: map<string,string> Extra,
  255: optional Level level,
}
