namespace go base

enum Level { LOW = 1, MID = 5, HIGH = 9 }

struct Point { 1: i32 x, 2: i32 y }

struct Base {
  1: string LogID = "none",
  2: optional string Caller,
  3: map<string,string> Extra,
  4: optional string added = "added",
  5: list<Point> more,
  255: Level level = Level.HIGH,
}
