namespace go probe

// Probe tells the callee what to do with a call.
struct Probe {
    // Names the call in the callee's log. Unset: the call is not logged.
    1: string id
    2: string text
    // The handler waits until Open opens the gate. If heeds is set, it says
    // when its context ends meanwhile.
    3: string gate
    4: bool heeds
    // The handler fails: with a plain error, a business status or a panic.
    5: string failure
    // The handler fails for the first attempts of this id only.
    6: i32 attempts
    // How often the call still goes to the other service and back.
    7: i32 hops
}

struct Answer {
    1: string text
    // What the callee found in its context and rpcinfo, as the probe asks.
    2: map<string, string> found
}

service ProbeService {
    Answer Ask(1: Probe ask)
    oneway void Tell(1: Probe ask)
    // Waits until so many calls of this id have ended and returns what the callee
    // logged of them, in its order.
    list<string> Log(1: string id, 2: i32 calls)
    // Waits until a handler at the gate has seen its context end, but not for
    // longer than this.
    bool Heeded(1: string gate, 2: i32 milliseconds)
    // Waits until so many handlers wait at the gate.
    void Arrived(1: string gate, 2: i32 number)
    void Open(1: string gate)
    // Makes the callee's limiter refuse this many of the next calls.
    void Refuse(1: i32 calls)
    // Starts and stops the server of LateService; stop returns when it stopped.
    void StartLate()
    void StopLate()
}

// LateService is served by a server that is not always there.
service LateService {
    Answer AskLate(1: Probe ask)
}

// BackService is served by the caller.
service BackService {
    Answer AskBack(1: Probe ask)
}
