// Package database registers a driver, as drivers do.
package database

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

func init() { sql.Register("shelf", shelf{os.Getenv("SERVICE")}) }

type shelf struct{ owner string }

func (s shelf) Open(name string) (driver.Conn, error) {
	return nil, errors.New("the shelf of " + s.owner + " has no " + name)
}

// Run asks the driver.
func Run() {
	show.Line("drivers", sql.Drivers())
	db := show.MustGet(sql.Open("shelf", "books"))
	show.Line("ping", db.Ping())
	_, err := sql.Open("table", "books")
	show.Line("no driver", err)
}
