// Package gorm makes SQL with a serializer that gorm knows by name.
package gorm

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"

	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils"
)

type item struct {
	ID   int
	Name string `gorm:"serializer:shop"`
}

// stamp writes the service's name in front of a field.
type stamp struct{ service string }

func (s stamp) Value(_ context.Context, _ *schema.Field, _ reflect.Value, value any) (any, error) {
	return fmt.Sprint(s.service, ":", value), nil
}

func (s stamp) Scan(context.Context, *schema.Field, reflect.Value, any) error { return nil }

// Run prints statements for no database.
func Run(service string) {
	schema.RegisterSerializer("shop", stamp{service})
	pool, err := sql.Open("mysql", "user@tcp(orders)/db")
	if err != nil {
		panic(err)
	}
	db, err := gorm.Open(
		mysql.New(mysql.Config{Conn: pool, SkipInitializeWithVersion: true}),
		&gorm.Config{DryRun: true, DisableAutomaticPing: true},
	)
	if err != nil {
		panic(err)
	}
	fmt.Println(service, "sql", db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Create(&item{Name: "pen"}) }))
	fmt.Println(service, "called from", utils.FileWithLineNum())
}
