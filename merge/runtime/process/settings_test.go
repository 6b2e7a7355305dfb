package process

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// The BUILD files of two services, as the rules write them.
const shop = `[
	["stock", [["LOG_LEVEL", "warn"], ["SEED", "\u007b1\u007d"]], [], ["-v=1"], "", []],
	["item-api", [["LOG_LEVEL", "info"]], ["DB_*"], [], "item-api: ", []]
]`

func TestParse(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		file    string
		want    []string // of stock
		wantAPI []string // of item-api
	}{
		{
			name:    "a service sees its own variables and no other's",
			want:    []string{"args shop -v=1", "LOG_LEVEL=warn", "SEED={1}"},
			wantAPI: []string{"args shop", "LOG_LEVEL=info"},
		},
		{
			name:    "what says nothing about a service is inherited",
			environ: []string{"PATH=/bin", "LC_ALL=C", "LCX=1", "EDITOR=vi"},
			want:    []string{"args shop -v=1", "LC_ALL=C", "LOG_LEVEL=warn", "PATH=/bin", "SEED={1}"},
			wantAPI: []string{"args shop", "LC_ALL=C", "LOG_LEVEL=info", "PATH=/bin"},
		},
		{
			name:    "the rest only where env_inherit names it",
			environ: []string{"DB_USER=x", "DB_=y", "DBS=z"},
			want:    []string{"args shop -v=1", "LOG_LEVEL=warn", "SEED={1}"},
			wantAPI: []string{"args shop", "DB_=y", "DB_USER=x", "LOG_LEVEL=info"},
		},
		{
			name:    "a variable with the service's prefix wins over the BUILD file and is for it alone",
			environ: []string{"LOG_LEVEL=debug", "STOCK__LOG_LEVEL=error", "ITEM_API__DB_USER=y", "DB_USER=x"},
			want:    []string{"args shop -v=1", "LOG_LEVEL=error", "SEED={1}"},
			wantAPI: []string{"args shop", "DB_USER=y", "LOG_LEVEL=info"},
		},
		{
			name:    "the file replaces arguments, sets variables and takes them away",
			environ: []string{"GO_MERGE_SERVICES_FILE=f", "STOCK__B=variable"},
			file:    `{"stock": {"args": ["-w"], "env": {"SEED": null, "A": "file", "B": "file"}}}`,
			want:    []string{"args shop -w", "A=file", "B=variable", "LOG_LEVEL=warn"},
			wantAPI: []string{"args shop", "LOG_LEVEL=info"},
		},
		{
			name:    "arguments of the process come last",
			args:    []string{"stock:-v=2", "item-api:a:b", "stock:"},
			want:    []string{"args shop -v=1 -v=2 ", "LOG_LEVEL=warn", "SEED={1}"},
			wantAPI: []string{"args shop a:b", "LOG_LEVEL=info"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all, err := parse(shop, append([]string{"shop"}, test.args...), test.environ, fileOf(test.file))
			if err != nil {
				t.Fatal(err)
			}
			for service, want := range map[string][]string{"stock": test.want, "item-api": test.wantAPI} {
				p := all[service]
				got := append([]string{"args " + strings.Join(p.Args(), " ")}, p.Environ()...)
				if !slices.Equal(got, want) {
					t.Errorf("%s sees %q, want %q", service, got, want)
				}
			}
		})
	}
}

func fileOf(text string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text == "" {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("it is not there")}
		}
		return []byte(text), nil
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, arg, file, want string
		fromFile              bool
	}{
		{name: "an argument for nobody", arg: "-v",
			want: `argument "-v" is for no service: write SERVICE:ARGUMENT, where SERVICE is item-api or stock`},
		{name: "an argument for an unknown service", arg: "shop:-v",
			want: `argument "shop:-v" is for no service: write SERVICE:ARGUMENT, where SERVICE is item-api or stock`},
		{name: "a missing file", fromFile: true,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: it is not there`},
		{name: "a file about an unknown service", fromFile: true, file: `{"shop": {}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: there is no service "shop"; write item-api or stock`},
		{name: "a file with an unknown setting", fromFile: true, file: `{"stock": {"environment": {}}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: json: unknown field "environment"`},
		{name: "an empty file", fromFile: true, file: " ",
			want: `GO_MERGE_SERVICES_FILE: file settings.json: EOF`},
		{name: "a file with no object", fromFile: true, file: `null`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: it is not an object with the names of services`},
		{name: "a file with more than an object", fromFile: true, file: `{"stock": {}} {"stock": {"args": []}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: there is more behind the object, at byte 15`},
		{name: "a service twice", fromFile: true, file: `{"stock": {"args": ["-v"]}, "stock": {}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: the file has "stock" twice`},
		{name: "a variable twice", fromFile: true, file: `{"stock": {"env": {"A": "1", "A": "2"}}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: "env" has "A" twice`},
		{name: "a service that is null", fromFile: true, file: `{"stock": null}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: service stock: null is not an object; leave the service out`},
		{name: "a variable without a name", fromFile: true, file: `{"stock": {"env": {"": "1"}}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: service stock: env: "" is not the name of a variable`},
		{name: "a variable with an equals sign", fromFile: true, file: `{"stock": {"env": {"A=B": "1"}}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: service stock: env: "A=B" is not the name of a variable`},
		{name: "a NUL", fromFile: true, file: `{"stock": {"args": ["a\u0000"]}}`,
			want: `GO_MERGE_SERVICES_FILE: file settings.json: service stock: args: "a\x00" has a NUL`},
		{name: "permissions that the build refuses", fromFile: true, file: `{"stock": {"permissions": {"read": ["/var/**x"]}}}`,
			want: `permissions of service stock: class read: "/var/**x" has ** within a name; write /**/ for any folders`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args, environ := []string{"shop"}, []string{}
			if test.arg != "" {
				args = append(args, test.arg)
			}
			if test.fromFile {
				environ = append(environ, "GO_MERGE_SERVICES_FILE=settings.json")
			}
			_, err := parse(shop, args, environ, fileOf(test.file))
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
