// Command bisect has mergectl find out which link of the shop is bad when its calls are
// inline: first by a command that asks for an item, then by how calls end. Whatever
// mergectl switches, the rules file is the same afterwards, byte for byte.
//
// It runs on Linux only, as the demo does.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/examples/shop/deploy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bisect:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context) error {
	merged := flag.String("merged", "", "`binary` of all services")
	mergectl := flag.String("mergectl", "", "`binary` of mergectl")
	url := flag.String("check", "", "`URL` to ask for, and nothing else: the command ends with 0 if the answer is 200")
	flag.Parse()
	if *url != "" {
		return check(ctx, *url)
	}
	if *merged == "" || *mergectl == "" || flag.NArg() > 0 {
		return errors.New("give -merged and -mergectl")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return bisect(ctx, *merged, *mergectl, []string{self, "-check"}, os.Stdout)
}

// check asks for a URL.
func check(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers with %s", url, resp.Status)
	}
	return nil
}

// rules make all links inline. They have what an edit could lose.
const rules = "# The rules of the shop.\ngeneration 7 # by hand\n\n  * on\t# since Tuesday\napi->stock strict"

// settings take from item a permission that only inline calls need.
const settings = `{"services": {"item": {"permissions": {"call": []}}}}`

// bisect starts the shop and has mergectl search in it, by a command to which a URL is
// added, and by a guard. The reports go to out.
func bisect(ctx context.Context, merged, mergectl string, check []string, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "bisect")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "rules")
	for path, text := range map[string]string{name: rules, filepath.Join(dir, "settings.json"): settings} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	for variable, path := range map[string]string{"GO_MERGE_LINKS_FILE": name, "GO_MERGE_SETTINGS_FILE": filepath.Join(dir, "settings.json")} {
		if err := os.Setenv(variable, path); err != nil {
			return err
		}
	}
	d, err := compare.Deploy(ctx, deploy.Shop, compare.Binaries{compare.Merged: merged}, true, false)
	if err != nil {
		return err
	}
	defer d.Stop()
	stop := load(ctx, d)
	defer func() { err = errors.Join(err, stop()) }()

	for _, search := range []struct {
		title string
		args  []string
	}{
		{"Which link is bad, by a command that asks for an item", append(append([]string{"--"}, check...), d.URL+"/items/lamp")},
		{"Which link is bad, by how its inline calls and its RPCs end", []string{"--guard=errors", "--calls=200"}},
	} {
		fmt.Fprintf(out, "== %s\n\n", search.title)
		args := append([]string{"bisect", "--process=" + d.AdminSocket(), "--rules=" + name, "--journal=" + filepath.Join(dir, "journal")}, search.args...)
		cmd := exec.CommandContext(ctx, mergectl, args...)
		cmd.Env = append(os.Environ(), "BUILD_WORKING_DIRECTORY=")
		cmd.Stdout, cmd.Stderr = out, os.Stderr
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		if err := cmd.Run(); err != nil {
			return d.Explain(fmt.Errorf("mergectl bisect: %w", err))
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !bytes.Equal(data, []byte(rules)) {
			return fmt.Errorf("mergectl bisect left the rules file as %q, and found it as %q", data, rules)
		}
		fmt.Fprint(out, "\nThe rules file is as it was, byte for byte.\n\n")
	}
	return nil
}
