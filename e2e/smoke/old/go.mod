module example.com/smoke/old

go 1.25.0

require github.com/google/uuid v1.5.0
