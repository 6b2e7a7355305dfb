namespace go front

include "bench.thrift"

// FrontService is what the caller of the affinity benchmark serves to the load
// generator. It asks the callee for each answer.
service FrontService {
    bench.Order Place(1: bench.Order order)
}
