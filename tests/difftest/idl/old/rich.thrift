// The IDL as the calling service knows it; ../new is what the called service
// knows. Between them is every difference that thrift lets pass.
namespace go rich
include "base.thrift"

typedef i64 ID
typedef list<string> Names
typedef base.Point Spot

enum Color { RED = 0, GREEN = 1, BLUE = 7 }

struct Scalars {
  1: bool b,
  2: byte by,
  3: i16 s,
  4: i32 i,
  5: ID id,
  6: double d,
  7: string str,
  8: binary bin,
  9: Color color,
  10: string to_binary,
  11: binary to_string,
  12: i32 to_enum,
  13: Color to_i32,
}

struct Optionals {
  1: optional bool b,
  2: optional i16 s,
  3: optional double d,
  4: optional string str,
  5: optional binary bin,
  6: optional Color color,
  7: optional base.Point pt,
  8: optional list<string> names,
  9: optional set<i32> ids,
  10: optional map<string,i64> counts,
  11: i32 to_optional,
  12: optional i32 to_default,
}

struct Defaults {
  1: i32 i = 42,
  2: string str = "hello",
  3: Color color = Color.GREEN,
  4: list<i32> li = [1,2,3],
  5: map<string,i32> m = {"a": 1},
  6: base.Point pt = {"x": 3, "y": 4},
  7: binary bin = "bin",
}

struct OptionalDefaults {
  1: optional bool b = true,
  2: optional i32 i = 42,
  3: optional string str = "hello",
  4: optional Color color = Color.GREEN,
  5: optional list<i32> li = [1,2,3],
  6: optional base.Point pt = {"x": 3, "y": 4},
  7: optional binary bin = "bin",
  8: optional double d = 1.5,
}

struct Required {
  1: required i32 i,
  2: required base.Point pt,
  3: required list<base.Point> pts,
  4: required Color color,
  5: optional string later_required,
  6: required string later_optional,
}

struct Containers {
  1: list<bool> lb,
  2: list<binary> lbin,
  3: list<Color> lc,
  4: list<base.Point> lp,
  5: list<list<i32>> ll,
  6: set<string> ss,
  7: set<base.Point> sp,
  8: map<i64,base.Base> mi,
  9: map<base.Point,string> mp,
  10: map<double,string> md,
  11: map<Color,list<string>> mc,
  12: map<string,map<string,base.Point>> mm,
  13: Names names,
  14: map<binary,i32> mbin,
  15: list<string> to_binaries,
  16: list<set<i32>> lset,
  17: list<Color> to_i32s,
  18: list<map<string,Color>> lm,
}

struct Tree {
  1: i32 v,
  2: optional Tree left,
  3: list<Tree> kids,
  4: map<string,Tree> named,
}

union U {
  1: i32 i,
  2: string s,
  3: base.Point p,
  4: list<U> us,
  6: string removed,
}

struct Holder { 1: U u, 2: optional U ou, 3: list<U> us, 4: map<U,U> mu }

exception Bad { 1: i32 code, 2: string msg, 3: optional base.Base base }
exception Worse { 1: required string why }

struct Everything {
  1: Scalars scalars,
  2: Optionals optionals,
  3: Defaults defaults,
  4: OptionalDefaults optdefaults,
  5: optional Required req,
  6: Containers containers,
  7: Tree tree,
  8: Spot pt,
  9: list<Required> reqs,
  10: Required forced,
  11: i32 removed,
  12: optional Holder removed_holder,
  255: optional base.Base Base,
}

// Names that the generator has to change.
struct Odd {
  1: string type,
  2: i32 new_result,
  3: optional i64 Args_,
  4: optional string get_x,
  -5: optional i32 negative,
}

// The same on both sides, and of the kinds that most requests are made of.
struct Address { 1: string street, 2: string city, 3: optional string note }
struct Line {
  1: string sku,
  2: i32 quantity,
  3: i64 price,
  4: optional string comment,
  5: optional i64 discount,
  6: list<string> tags,
  7: optional map<string,string> attributes,
  8: Color color,
}
struct Order {
  1: string id,
  2: list<Line> lines,
  3: map<string,Address> addresses,
  4: optional Address billing,
  5: map<string,i64> totals,
  6: list<i64> history,
  7: optional binary signature,
}

service Parent { string ping(1: string s) }

service RichService extends Parent {
  Everything Do(1: Everything req) throws (1: Bad bad, 2: Worse worse),
  Holder Unions(1: Holder h, 2: Odd odd),
  void Nothing(),
  oneway void Fire(1: Scalars s, 2: list<i32> l),
  i32 Add(1: i32 a, 2: i32 b),
  binary Blob(1: binary b, 2: required set<Color> c) throws (1: Bad bad),
  Order Place(1: Order order),
  list<base.Point> Points(1: map<string,base.Point> m),
  void Gone(),
}
