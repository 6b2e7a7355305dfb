// Package zap registers an encoder and a sink, of which zap knows one per name,
// and logs with the names of functions.
package zap

import (
	"fmt"
	"net/url"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// sink writes lines with the service's name in front.
type sink struct{ service string }

func (s sink) Write(line []byte) (int, error) {
	fmt.Fprintf(os.Stdout, "%s sink %s", s.service, line)
	return len(line), nil
}

func (sink) Sync() error { return nil }

func (sink) Close() error { return nil }

// Run logs by the global logger.
func Run(service string) {
	fmt.Println(service, "encoder", zap.RegisterEncoder("shop", func(c zapcore.EncoderConfig) (zapcore.Encoder, error) {
		c.MessageKey = "message of " + service
		return zapcore.NewJSONEncoder(c), nil
	}))
	fmt.Println(service, "sink", zap.RegisterSink("shop", func(*url.URL) (zap.Sink, error) { return sink{service}, nil }))
	config := zap.NewProductionConfig()
	config.Encoding = "shop"
	config.OutputPaths = []string{"shop://"}
	config.EncoderConfig.TimeKey = ""
	config.EncoderConfig.FunctionKey = "function"
	zap.ReplaceGlobals(zap.Must(config.Build()))
	zap.L().Info("plain")
	func() { zap.S().Warnw("in a function", "of", service) }()
}
