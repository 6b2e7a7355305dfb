package process

import (
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The BUILD files of two services, as the rules write them.
const shop = `[
	["stock", [["LOG_LEVEL", "warn"], ["SEED", "\u007b1\u007d"]], [], ["-v=1"], "", []],
	["item-api", [["LOG_LEVEL", "info"]], ["DB_*"], [], "item-api: ", [], "", true]
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
			environ: []string{"GO_MERGE_SETTINGS_FILE=f", "STOCK__B=variable"},
			file:    `{"services": {"stock": {"args": ["-w"], "env": {"SEED": null, "A": "file", "B": "file"}}}}`,
			want:    []string{"args shop -w", "A=file", "B=variable", "LOG_LEVEL=warn"},
			wantAPI: []string{"args shop", "LOG_LEVEL=info"},
		},
		{
			name:    "the file replaces what is inherited",
			environ: []string{"GO_MERGE_SETTINGS_FILE=f", "DB_USER=x", "EDITOR=vi"},
			file:    `{"services": {"stock": {"env_inherit": ["*"]}, "item-api": {"env_inherit": []}}}`,
			want:    []string{"args shop -v=1", "DB_USER=x", "EDITOR=vi", "GO_MERGE_SETTINGS_FILE=f", "LOG_LEVEL=warn", "SEED={1}"},
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
			all, err := views(parse(shop, append([]string{"shop"}, test.args...), test.environ, fileOf(test.file)))
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

// TestSettingsFile reads all that there can be.
func TestSettingsFile(t *testing.T) {
	p, err := parse(shop, []string{"shop"}, []string{"GO_MERGE_SETTINGS_FILE=f"}, fileOf(`{
		"start_order": ["stock", "item-api"],
		"services": {
			"item-api": {"log_name": false, "listen": true, "cpu_limit": 0.25, "max_inflight": 0},
			"stock": {"log_name": true, "listen": false, "on_exit": "keep", "on_panic": "contain", "restart": "on_failure", "max_inflight": 7}
		}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	if tags := p.services["stock"].LogTag() + "|" + p.services["item-api"].LogTag(); tags != "stock: |" {
		t.Errorf("log tags %q", tags)
	}
	if p.services["stock"].Listens() || !p.services["item-api"].Listens() {
		t.Error("listen is not as in the file")
	}
	path, err := filepath.Abs("f")
	if err != nil {
		t.Fatal(err)
	}
	yes, no, keep, contain, onFailure, none, seven, quarter := true, false, "keep", "contain", "on_failure", 0, 7, 0.25
	want := SettingsFile{
		Path:       path,
		StartOrder: &StartOrder{Listed: []string{"stock", "item-api"}},
		Services: map[string]ServiceSettings{
			"item-api": {LogName: &no, Listen: &yes, CPULimit: &quarter, MaxInflight: &none},
			"stock":    {LogName: p.file.Services["stock"].LogName, Listen: &no, OnExit: &keep, OnPanic: &contain, Restart: &onFailure, MaxInflight: &seven},
		},
	}
	if !reflect.DeepEqual(p.file, want) {
		t.Errorf("read %+v, want %+v", p.file, want)
	}
	if got := strings.Join(p.file.Services["stock"].Names(), " "); got != "listen log_name max_inflight on_exit on_panic restart" {
		t.Errorf("the file replaces %s", got)
	}
	p, err = parse(shop, []string{"shop"}, []string{"GO_MERGE_SETTINGS_FILE=f"}, fileOf(`{"start_order": "callees_first"}`))
	if err != nil || !p.file.StartOrder.CalleesFirst {
		t.Errorf("read %+v, %v", p, err)
	}
}

// TestSettingOfAnotherType leaves the words to package json, which names the
// setting.
func TestSettingOfAnotherType(t *testing.T) {
	_, err := parse(shop, []string{"shop"}, []string{"GO_MERGE_SETTINGS_FILE=f"}, fileOf(`{"services": {"stock": {"max_inflight": "7"}}}`))
	if err == nil || !strings.Contains(err.Error(), "file f: json: cannot unmarshal string") || !strings.Contains(err.Error(), "max_inflight") {
		t.Errorf("error %v", err)
	}
}

// TestListens has a service listen as its BUILD file says, and where it is alone.
func TestListens(t *testing.T) {
	for environ, want := range map[string]bool{"": false, "GO_MERGE_SERVICE=item-api": true} {
		all, err := views(parse(shop, []string{"shop"}, strings.Fields(environ), fileOf("")))
		if err != nil {
			t.Fatal(err)
		}
		if got := all["item-api"].Listens(); got != want {
			t.Errorf("%q: item-api listens: %t", environ, got)
		}
		if stock := all["stock"]; stock != nil && !stock.Listens() {
			t.Errorf("%q: stock does not listen", environ)
		}
	}
}

// views returns the services of what parse returns.
func views(p *parsed, err error) (map[string]*Process, error) {
	if err != nil {
		return nil, err
	}
	return p.services, nil
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
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: it is not there`},
		{name: "a file about an unknown service", fromFile: true, file: `{"services": {"shop": {}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: there is no service "shop"; write item-api or stock`},
		{name: "an unknown setting", fromFile: true, file: `{"services": {"stock": {"environment": {}}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: json: unknown field "environment"`},
		{name: "an unknown setting of the binary", fromFile: true, file: `{"stock": {}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: json: unknown field "stock"`},
		{name: "an empty file", fromFile: true, file: ` `,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: EOF`},
		{name: "a file with no object", fromFile: true, file: `null`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: it is not an object`},
		{name: "a file with more than an object", fromFile: true, file: `{"services": {}} {}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: there is more behind the object, at byte 18`},
		{name: "a service twice", fromFile: true, file: `{"services": {"stock": {"args": ["-v"]}, "stock": {}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: services.stock is there twice`},
		{name: "a variable twice", fromFile: true, file: `{"services": {"stock": {"env": {"A": "1", "A": "2"}}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: services.stock.env.A is there twice`},
		{name: "a service that is null", fromFile: true, file: `{"services": {"stock": null}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: services.stock is null: leave it out`},
		{name: "a setting that is null", fromFile: true, file: `{"services": {"stock": {"max_inflight": null}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: services.stock.max_inflight is null: leave it out`},
		{name: "a variable without a name", fromFile: true, file: `{"services": {"stock": {"env": {"": "1"}}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: env: "" is not the name of a variable`},
		{name: "a variable with an equals sign", fromFile: true, file: `{"services": {"stock": {"env": {"A=B": "1"}}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: env: "A=B" is not the name of a variable`},
		{name: "a NUL", fromFile: true, file: `{"services": {"stock": {"args": ["a\u0000"]}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: args: "a\x00" contains a NUL byte`},
		{name: "a limit below none", fromFile: true, file: `{"services": {"stock": {"max_inflight": -1}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: max_inflight is -1; give the number of calls, or 0 for no limit`},
		{name: "a CPU limit below none", fromFile: true, file: `{"services": {"stock": {"cpu_limit": -0.5}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: cpu_limit is -0.5; give the number of cores, or 0 for no limit`},
		{name: "no way to exit", fromFile: true, file: `{"services": {"stock": {"on_exit": "go"}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: on_exit is "go"; write keep or stop`},
		{name: "no way to panic", fromFile: true, file: `{"services": {"stock": {"on_panic": "exit"}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: on_panic is "exit"; write contain or crash`},
		{name: "no way to restart", fromFile: true, file: `{"services": {"stock": {"restart": "always"}}}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: service stock: restart is "always"; write never or on_failure`},
		{name: "an unknown order", fromFile: true, file: `{"start_order": "listed"}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: start_order: "listed" is neither "callees_first" nor a list of services`},
		{name: "an order of some services", fromFile: true, file: `{"start_order": ["stock"]}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: start_order: ["stock"] is not a list of all services: ["item-api" "stock"]`},
		{name: "an order with a service twice", fromFile: true, file: `{"start_order": ["stock", "stock"]}`,
			want: `GO_MERGE_SETTINGS_FILE: file settings.json: start_order: ["stock" "stock"] is not a list of all services: ["item-api" "stock"]`},
		{name: "permissions that the build refuses", fromFile: true, file: `{"services": {"stock": {"permissions": {"read": ["/var/**x"]}}}}`,
			want: `permissions of service stock: class read: "/var/**x" has ** within a name; write /**/ for any folders`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args, environ := []string{"shop"}, []string{}
			if test.arg != "" {
				args = append(args, test.arg)
			}
			if test.fromFile {
				environ = append(environ, "GO_MERGE_SETTINGS_FILE=settings.json")
			}
			_, err := parse(shop, args, environ, fileOf(test.file))
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
