package process

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGODEBUG has two services set the variable that Go's runtime reads again.
func TestGODEBUG(t *testing.T) {
	t.Setenv("GODEBUG", "panicnil=0") // so that it is restored
	owner := &GODEBUG.owner
	t.Cleanup(func() { *owner = "" })
	nilPanics := func() (nils bool) {
		defer func() { nils = recover() == nil }()
		panic(nil)
	}
	stock := &Process{service: "stock", env: newEnvironment(nil)}
	item := &Process{service: "item", env: newEnvironment([]string{"GODEBUG=panicnil=0"})}

	if stock.Unsetenv("GODEBUG"); *owner != "" || os.Getenv("GODEBUG") == "" {
		t.Error("a service that has no GODEBUG unsets that of the process")
	}
	if err := stock.Setenv("GODEBUG", "panicnil=1"); err != nil || !nilPanics() {
		t.Errorf("%v; after the owner has set panicnil=1, panic(nil) is not nil", err)
	}
	if err := item.Setenv("GODEBUG", "panicnil=0"); err != nil || !nilPanics() {
		t.Errorf("%v; another service has changed what the owner has set", err)
	}
	if got, _ := item.Getenv("GODEBUG"); got != "panicnil=0" {
		t.Errorf("the other service sees %q, want what it has set", got)
	}
	if item.Clearenv(); !nilPanics() {
		t.Error("another service has removed what the owner has set")
	}
	if stock.Clearenv(); nilPanics() || os.Getenv("GODEBUG") != "" {
		t.Error("the owner has not removed what it has set")
	}
}

// TestSetTooLate sets what package time, and packages that services have no copies
// of, read when the process starts.
func TestSetTooLate(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "/all.pem")
	stderr := os.Stderr
	t.Cleanup(func() { os.Stderr = stderr })
	const (
		certificates = "rules_go_merge: service stock sets SSL_CERT_FILE, which package crypto/x509 reads for all services from what the process was started with: set it for the process, without a service's name\n"
		zone         = "rules_go_merge: service stock sets TZ after it was read for the service: set it in env of the service, or set time.Local, too\n"
	)
	for _, test := range []struct {
		name string
		sets [][2]string
		want string
	}{
		{"nothing that is read", [][2]string{{"LEVEL", "info"}, {"GOGC", "50"}}, ""},
		{"what was there", [][2]string{{"TZ", "Asia/Tokyo"}, {"SSL_CERT_FILE", "/stock.pem"}}, ""},
		{"what the process has", [][2]string{{"SSL_CERT_FILE", "/all.pem"}}, ""},
		{"another zone, twice", [][2]string{{"TZ", "UTC"}, {"TZ", "America/Lima"}}, zone},
		{"other certificates, twice", [][2]string{{"SSL_CERT_FILE", "/a.pem"}, {"SSL_CERT_FILE", "/b.pem"}}, certificates},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			f, err := os.Create(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			os.Stderr = f
			stock := &Process{service: "stock", env: newEnvironment([]string{"TZ=Asia/Tokyo", "SSL_CERT_FILE=/stock.pem"})}
			for _, set := range test.sets {
				if err := stock.Setenv(set[0], set[1]); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(log); err != nil || string(got) != test.want {
				t.Errorf("it says %q, %v; want %q", got, err, test.want)
			}
		})
	}
}
