// Command rollout rolls out a link of the shop over several processes that are under
// load, twice: as it should be, and with a mistake that only inline calls notice. It serves
// the pages of mergectl ui meanwhile.
//
// It runs on Linux only, as the demo does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/shop/deploy"
	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "rollout:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context) error {
	merged := flag.String("merged", "", "`binary` of all services")
	mergectl := flag.String("mergectl", "", "`binary` of mergectl")
	processes := flag.Int("processes", 4, "`number` of processes")
	flag.Parse()
	if *merged == "" || *mergectl == "" || *processes < 1 || flag.NArg() > 0 {
		return errors.New("give -merged, -mergectl and at least one process")
	}
	return rollOut(ctx, *merged, *mergectl, *processes, os.Stdout, func() error { return nil })
}

// rollOut makes both rollouts in one folder, so that one page shows one after the other. The
// address of the page goes to out, and atEnd is called while it is still served.
func rollOut(ctx context.Context, merged, mergectl string, processes int, out io.Writer, atEnd func() error) (err error) {
	dir, err := os.MkdirTemp("", "rollout")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &stage{dir: dir, merged: merged, mergectl: mergectl, processes: processes}
	for i, rollout := range []struct {
		title, settings, rules string
		code                   int
	}{
		{"A rollout of item->stock", "", verified + " verify 50%\n", 0},
		{"The same after a restart in which item lost its permission to call stock, which only inline calls need", `{"services": {"item": {"permissions": {"call": []}}}}`, "", 1},
	} {
		fmt.Printf("== %s\n\n", rollout.title)
		if err := s.clear(rollout.rules); err != nil {
			return err
		}
		shops, err := s.deploy(ctx, rollout.settings)
		defer stopAll(shops)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := s.writeSettings(); err != nil {
				return err
			}
			closePages, err := s.servePages(ctx, out)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closePages()) }()
		}
		code, err := s.play(ctx, shops, rollout.rules != "")
		if err != nil {
			return err
		}
		if code != rollout.code {
			return fmt.Errorf("mergectl rollout ended with exit code %d, want %d", code, rollout.code)
		}
		fmt.Printf("\nmergectl rollout ended with exit code %d.\n\n", code)
		if i == 0 {
			stopAll(shops)
		}
	}
	return atEnd()
}

// rolloutYAML is what the rollout is to do, in less time than one in earnest has.
const rolloutYAML = `links: [item->stock]
rules_file: rules
log: rollout.log
processes:
  sockets: ["*.sock"]
rpc_versions: {stock: "%s"} # RPCs reach the same processes
poll: 1s
expires: 1m
steps:
  - {processes: 50%%, calls: 5%%, time: 3s, least: 10, margin: 20, tolerate: 30%%}
  - {calls: 5%%, time: 3s, least: 20, margin: 20, tolerate: 10%%}
  - {calls: 50%%, time: 5s, least: 200, margin: 5, tolerate: 2%%}
  - {calls: 100%%, time: 3s}
`

// stage is the folder that all of a rollout is in.
type stage struct {
	dir, merged, mergectl string
	processes             int
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) socket(i int) string { return s.path(fmt.Sprintf("shop-%d.sock", i)) }

// clear removes what a rollout has left, and writes the rules of the next one.
func (s *stage) clear(rules string) error {
	for _, name := range []string{"rollout.log", "rollout.log.readings"} {
		if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(s.path("rules"), []byte(rules), 0o666)
}

// writeSettings writes what the rollout is to do, with the code of the processes.
func (s *stage) writeSettings() error {
	report, err := admin.NewClient(s.socket(0)).Services()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(report.Services, func(one reports.Service) bool { return one.Name == "stock" })
	if i < 0 {
		return fmt.Errorf("%s has no service stock", s.merged)
	}
	return os.WriteFile(s.path("rollout.yaml"), fmt.Appendf(nil, rolloutYAML, report.Services[i].Digest), 0o666)
}

// deploy starts the processes. Those that it has started are returned with an error, too.
func (s *stage) deploy(ctx context.Context, settings string) (shops []*compare.Deployment, err error) {
	env := map[string]string{"GO_MERGE_LINKS": "* off", "GO_MERGE_LINKS_FILE": s.path("rules"), "GO_MERGE_SETTINGS_FILE": ""}
	if settings != "" {
		env["GO_MERGE_SETTINGS_FILE"] = s.path("settings.json")
		if err := os.WriteFile(env["GO_MERGE_SETTINGS_FILE"], []byte(settings), 0o666); err != nil {
			return nil, err
		}
	}
	for i := range s.processes {
		env["GO_MERGE_PROCESS_ID"] = fmt.Sprintf("shop-%d", i)
		for name, value := range env {
			if err := os.Setenv(name, value); err != nil {
				return shops, err
			}
		}
		d, err := compare.Deploy(ctx, deploy.Shop, compare.Binaries{compare.Merged: s.merged}, true, false)
		if err != nil {
			return shops, err
		}
		shops = append(shops, d)
		// The page knows the processes by their sockets, also after a restart.
		if err := os.Remove(s.socket(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return shops, err
		}
		if err := os.Symlink(d.AdminSocket(), s.socket(i)); err != nil {
			return shops, err
		}
	}
	return shops, nil
}

func stopAll(shops []*compare.Deployment) {
	for _, d := range shops {
		d.Stop()
	}
}
