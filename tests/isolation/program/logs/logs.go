// Package logs changes the default loggers.
package logs

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

func init() {
	log.SetPrefix(os.Getenv("SERVICE") + " prefix: ")
	log.SetFlags(log.Lmsgprefix)
}

// Run logs by all ways that lead to a default logger.
func Run() {
	log.Print("by log")
	slog.Info("by slog", "color", os.Getenv("COLOR"))
	slog.Debug("not by slog")
	slog.SetLogLoggerLevel(slog.LevelDebug)
	slog.Debug("by slog at last")

	if os.Getenv("SERVICE") == "red" {
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})))
	} else {
		log.SetOutput(os.Stdout)
	}
	log.Print("by log after a change")
	slog.Warn("by slog after a change")
	show.Line("logger", log.Prefix(), log.Flags(), slog.Default().Enabled(context.Background(), slog.LevelDebug))
}
