module github.com/gomerge/rules_go_merge/dev/bazel/standins/buildozer/tool

go 1.25.0

tool github.com/bazelbuild/buildtools/buildozer

require (
	github.com/bazelbuild/buildtools v0.0.0-20250930140053-2eb4fccefb52 // indirect
	github.com/golang/protobuf v1.5.0 // indirect
	google.golang.org/protobuf v1.33.0 // indirect
)
