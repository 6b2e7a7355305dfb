package process

import (
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// permissionsEnv reports what becomes of the services' permissions: "enforce",
// the default, "record" or "off".
const permissionsEnv = "GO_MERGE_PERMISSIONS"

// allowed are the rules of one class in a BUILD file.
type allowed struct {
	class permission.Class
	rules []string
}

func (a *allowed) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&a.class, &a.rules})
}

// permissionsOf makes the permissions of a service with an environment and a
// working directory, without a name for the process's, where the settings file has replaced
// some from the BUILD file.
type permissionsOf func(d *declared, replaced map[permission.Class][]string, env map[string]string, dir permission.Folder) (*permission.Set, error)

// permissionsIn returns what makes permissions in a mode.
func permissionsIn(mode string) (permissionsOf, error) {
	switch mode {
	case "", "enforce":
		return permissionsBy(permission.Enforce), nil
	case "record":
		return permissionsBy(permission.Record), nil
	case "off":
		return func(*declared, map[permission.Class][]string, map[string]string, permission.Folder) (*permission.Set, error) {
			return nil, nil
		}, nil
	}
	return nil, fmt.Errorf("%s is %q: write enforce, record or off", permissionsEnv, mode)
}

func permissionsBy(mode permission.Mode) permissionsOf {
	logger := log.New(os.Stderr, "rules_go_merge: ", log.LstdFlags|log.Lmsgprefix)
	return func(d *declared, replaced map[permission.Class][]string, env map[string]string, dir permission.Folder) (*permission.Set, error) {
		rules := map[permission.Class][]string{}
		for _, a := range d.allowed {
			rules[a.class] = a.rules
		}
		for class, r := range replaced {
			rules[class] = r
			if r == nil {
				delete(rules, class)
			}
		}
		return permission.New(d.service, mode, rules, dir, func(name string) string { return env[name] }, logger.Printf)
	}
}
