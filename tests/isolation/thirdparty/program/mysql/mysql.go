// Package mysql links a driver that registers itself with database/sql.
package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"net"

	"github.com/go-sql-driver/mysql"
)

// Run dials by its own network, of which the driver knows one per name.
func Run(service string) {
	mysql.RegisterDialContext("shop", func(_ context.Context, address string) (net.Conn, error) {
		return nil, fmt.Errorf("%s dials %s", service, address)
	})
	fmt.Println(service, "drivers", sql.Drivers())
	db, err := sql.Open("mysql", "user@shop(orders)/db")
	if err != nil {
		panic(err)
	}
	fmt.Println(service, "pings", db.Ping())
}
