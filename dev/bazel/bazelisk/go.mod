module github.com/gomerge/rules_go_merge/dev/bazel/bazelisk

go 1.23.0

require github.com/bazelbuild/bazelisk v1.27.0

require (
	github.com/bgentry/go-netrc v0.0.0-20140422174119-9fd32a8b3d3d // indirect
	github.com/gofrs/flock v0.12.1 // indirect
	github.com/hashicorp/go-version v1.7.0 // indirect
	github.com/mitchellh/go-homedir v1.1.0 // indirect
	golang.org/x/sys v0.34.0 // indirect
	golang.org/x/term v0.33.0 // indirect
)
