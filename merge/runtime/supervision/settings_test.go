package supervision

import (
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

func at[T any](value T) *T { return &value }

// settingsOf makes a settings file with an entry of one service.
func settingsOf(service string, s process.ServiceSettings) process.SettingsFile {
	return process.SettingsFile{Path: "f", Services: map[string]process.ServiceSettings{service: s}}
}

// TestSettingsFileWins builds a service in one way and starts it in another.
func TestSettingsFileWins(t *testing.T) {
	b := Binary{Services: []Service{
		{Name: "api", Listen: true, MaxInflight: 1},
		{Name: "stock", Listen: true, Contain: true, MaxInflight: 3, CPULimit: 2},
	}}
	err := b.apply(settingsOf("stock", process.ServiceSettings{
		Listen: at(false), OnExit: at("keep"), OnPanic: at("crash"), Restart: at("on_failure"), MaxInflight: at(0), CPULimit: at(0.5),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if s := b.Services[1]; s.Listen || !s.KeepOthers || s.Contain || !s.Restart || s.MaxInflight != 0 || s.CPULimit != 0.5 {
		t.Errorf("stock is %+v", s)
	}
	if s := b.Services[0]; !s.Listen || s.MaxInflight != 1 || s.fromFile != nil {
		t.Errorf("api is %+v", s)
	}
	if got := strings.Join(b.Services[1].fromFile, " "); got != "cpu_limit listen max_inflight on_exit on_panic restart" {
		t.Errorf("from the file: %s", got)
	}
}

// TestStartOrderOfTheFile lists services in another order than they were built.
func TestStartOrderOfTheFile(t *testing.T) {
	b := Binary{Services: names("api", "item", "stock")}
	if err := b.apply(process.SettingsFile{StartOrder: &process.StartOrder{Listed: []string{"stock", "api", "item"}}}); err != nil {
		t.Fatal(err)
	}
	if !b.StartAsListed || b.Services[0].Name != "stock" || b.Services[1].Name != "api" || b.Services[2].Name != "item" {
		t.Errorf("starts %+v", b)
	}
	if err := b.apply(process.SettingsFile{StartOrder: &process.StartOrder{CalleesFirst: true}}); err != nil || b.StartAsListed || b.Services[0].Name != "api" {
		t.Errorf("starts %+v, %v", b, err)
	}
}

// TestSettingsThatTheBuildRefuses has values that are right by themselves.
func TestSettingsThatTheBuildRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service Service
		file    process.ServiceSettings
		want    string
	}{
		{"contain without the build's help", Service{}, process.ServiceSettings{OnPanic: at("contain")},
			`on_panic: the service's packages were not compiled for "contain"; only its go_merge_service can have them so`},
		{"not listening without a hook", Service{Listen: true, Unhooked: true}, process.ServiceSettings{Listen: at(false)},
			"listen: the adapter does not fit the framework's server, which would bind its addresses anyway"},
		{"restart of what ends the process", Service{Contain: true, Restart: true}, process.ServiceSettings{OnPanic: at("crash")},
			`restart: it has no effect, since every failure of the service ends the process; set on_exit to "keep" or on_panic to "contain", or restart to "never"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.service.Name = "stock"
			b := Binary{Services: []Service{tt.service}}
			err := b.apply(settingsOf("stock", tt.file))
			if want := "GO_MERGE_SETTINGS_FILE: file f: service stock: " + tt.want; err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

// TestCrashInPlaceOfContain lets a goroutine panic that the build guarded.
func TestCrashInPlaceOfContain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock"}}})
		p.set(Service{Name: "stock", Main: p.hang})
		go p.run(p.terminations)
		synctest.Wait()
		func() {
			defer func() {
				if got := recover(); got != "no stock" {
					t.Errorf("panics with %v", got)
				}
			}()
			func() {
				defer p.guard("stock")
				panic("no stock")
			}()
		}()
		if !strings.Contains(p.log.String(), "panic in service stock ends the process") {
			t.Errorf("log %q", p.log)
		}
		p.terminations <- syscall.SIGTERM
		synctest.Wait()
	})
}
