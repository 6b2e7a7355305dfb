package supervision

import (
	"errors"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// apply puts what the settings file says in the place of what was built. It
// returns an error for what the build would have refused.
func (b *Binary) apply(file process.SettingsFile) error {
	for i := range b.Services {
		s := &b.Services[i]
		if err := s.apply(file.Services[s.Name]); err != nil {
			return file.Errorf("service %s: %w", s.Name, err)
		}
	}
	order := file.StartOrder
	if order == nil {
		return nil
	}
	b.StartAsListed = !order.CalleesFirst
	slices.SortFunc(b.Services, func(a, b Service) int {
		if order.CalleesFirst {
			return strings.Compare(a.Name, b.Name) // as the build has it
		}
		return slices.Index(order.Listed, a.Name) - slices.Index(order.Listed, b.Name)
	})
	return nil
}

func (s *Service) apply(file process.ServiceSettings) error {
	s.fromFile = file.Names()
	if file.CPULimit != nil {
		s.CPULimit = *file.CPULimit
	}
	if file.Listen != nil {
		if !*file.Listen && s.Unhooked {
			return errors.New("listen: the adapter does not fit the framework's server, which would bind its addresses anyway")
		}
		s.Listen = *file.Listen
	}
	if file.MaxInflight != nil {
		s.MaxInflight = *file.MaxInflight
	}
	if file.OnExit != nil {
		s.KeepOthers = *file.OnExit == "keep"
	}
	if file.OnPanic != nil {
		if *file.OnPanic == "contain" && !s.Contain {
			return errors.New(`on_panic: the service's packages were not compiled for "contain"; only its go_merge_service can have them so`)
		}
		s.Contain = *file.OnPanic == "contain"
	}
	if file.Restart != nil {
		s.Restart = *file.Restart == "on_failure"
	}
	if s.Restart && !s.KeepOthers && !s.Contain && len(s.fromFile) > 0 {
		return errors.New(`restart: it has no effect, since every failure of the service ends the process; set on_exit to "keep" or on_panic to "contain", or restart to "never"`)
	}
	return nil
}
