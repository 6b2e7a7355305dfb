namespace go front

// FrontService is asked by Kitex, and asks a gRPC service.
service FrontService {
    string Ask(1: string question)
}
