namespace go step

struct Request {
    1: string text
}

struct Reply {
    1: string text
}

service StepService {
    Reply Run(1: Request request)
}
