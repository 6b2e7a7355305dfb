// Package logrus changes the standard logger, which reports its callers.
package logrus

import (
	"os"

	"github.com/sirupsen/logrus"
)

// hook adds the service's name to entries.
type hook struct{ service string }

func (hook) Levels() []logrus.Level { return logrus.AllLevels }

func (h hook) Fire(e *logrus.Entry) error {
	e.Data["hook of"] = h.service
	return nil
}

// Run logs by the standard logger.
func Run(service string) {
	logrus.SetOutput(os.Stdout)
	logrus.SetFormatter(&logrus.JSONFormatter{DisableTimestamp: true})
	logrus.SetReportCaller(true)
	logrus.AddHook(hook{service})
	if service == "first" {
		logrus.SetLevel(logrus.DebugLevel)
	}
	logrus.WithField("service", service).Info("plain")
	func() { logrus.WithField("service", service).Debug("in a function") }()
}
