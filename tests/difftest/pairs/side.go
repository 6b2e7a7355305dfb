package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"difftest/idlgen"
)

// side is one service of a pair.
type side struct {
	idlgen.Side
	// service is its name, "seed7.caller", dir where it is.
	service, dir string
	// kitex is the version of the Kitex tool that generates its code.
	kitex string
	// use is the Go code that makes it call or serve.
	use string
}

func (s *side) description() string { return s.dir + ".json" }

// generate runs the Kitex tool and describes the service.
func (s *side) generate(programs programs) error {
	for name, text := range s.Files {
		if err := write(filepath.Join(s.dir, name), text); err != nil {
			return err
		}
	}
	// The tool asks for a go.mod, which would make another module of it.
	mod := filepath.Join(s.dir, "go.mod")
	if err := write(mod, "module difftest/"+s.dir+"\n"); err != nil {
		return err
	}
	args := []string{"-no-dependency-check", "-module", "difftest/" + s.dir}
	// Later versions leave these out by default. They are most of the code.
	options := append([]string{"no_default_serdes", "no_processor"}, s.Options...)
	args = append(args, "-thrift", strings.Join(options, ","))
	tool, err := filepath.Abs("gen/bin/kitex_" + s.kitex)
	if err != nil {
		return err
	}
	cmd := exec.Command(tool, append(args, idlgen.MainFile)...)
	cmd.Dir = s.dir
	if output, err := cmd.CombinedOutput(); err != nil {
		log := s.dir + "/kitex.log"
		return errors.Join(fmt.Errorf("kitex %s refuses it (%w), see %s", s.kitex, err, log), write(log, string(output)))
	}
	if err := os.Remove(mod); err != nil {
		return err
	}
	return s.describe(programs)
}

func (s *side) describe(programs programs) error {
	generated := s.dir + "/kitex_gen/api/store"
	files, err := filepath.Glob(generated + "/*.go")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("the Kitex tool has not written %s (%v)", generated, err)
	}
	user := s.dir + "/user/user.go"
	if err := write(user, fmt.Sprintf("package user\n\nimport %q\n\n%s\n", "difftest/"+generated, s.use)); err != nil {
		return err
	}
	part := s.dir + ".part.json"
	args := []string{"-o", part, "--user", "difftest/" + filepath.Dir(user) + "=" + user}
	structs, err := filepath.Glob(s.dir + "/kitex_gen/*")
	if err != nil {
		return err
	}
	for _, dir := range append(structs, generated) {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			return err
		}
		args = append(args, "--package", "difftest/"+dir+"="+strings.Join(files, ","))
	}
	if output, err := exec.Command(programs.describer, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("describer: %w\n%s", err, output)
	}
	args = []string{"describe", "--service", s.service, "--part", "kitex=" + part, "-o", s.description()}
	if output, err := exec.Command(programs.mergegen, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mergegen describe: %w\n%s", err, output)
	}
	return nil
}

// packages are those that hold structs.
func (s *side) packages() []string {
	list, _ := filepath.Glob(s.dir + "/kitex_gen/*")
	for i, dir := range list {
		list[i] = "difftest/" + dir
	}
	return list
}

// structs are the argument and result types of a method, as
// "<importpath>.<type>". The result of a oneway method is empty.
type structs struct{ Args, Result string }

// methods reads them from the description.
func (s *side) methods() (map[string]structs, error) {
	data, err := os.ReadFile(s.description())
	if err != nil {
		return nil, err
	}
	var description struct {
		Services []struct {
			Name    string
			Methods []struct {
				Name string
				structs
			}
		} `json:"rpc_services"`
	}
	if err := json.Unmarshal(data, &description); err != nil {
		return nil, err
	}
	all := make(map[string]structs)
	for _, service := range description.Services {
		for _, m := range service.Methods {
			all[m.Name] = m.structs
		}
	}
	return all, nil
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o666)
}
