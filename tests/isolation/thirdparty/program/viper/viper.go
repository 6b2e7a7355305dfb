// Package viper reads settings from flags, the environment and a text, by the
// global instances of viper and pflag.
package viper

import (
	"flag"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

var (
	_ = flag.Int("size", 1, "a size")
	_ = pflag.String("color", "none", "a color")
)

// Run prints what the services have set differently.
func Run(service string) {
	pflag.CommandLine.AddGoFlagSet(flag.CommandLine)
	pflag.Parse()
	viper.SetDefault("owner", service)
	viper.SetConfigType("toml")
	viper.SetEnvPrefix("shop")
	viper.AutomaticEnv()
	for _, err := range []error{
		viper.BindPFlags(pflag.CommandLine),
		viper.ReadConfig(strings.NewReader("region = 'region of " + service + "'\nstock.limit = 5")),
	} {
		if err != nil {
			panic(err)
		}
	}
	for _, key := range []string{"color", "size", "owner", "region", "stock.limit", "mode"} {
		fmt.Println(service, key, viper.Get(key))
	}
	fmt.Println(service, "arguments", pflag.Args())
	var wrong struct{ Region, Stock int }
	fmt.Println(service, "error", strings.ReplaceAll(fmt.Sprint(viper.Unmarshal(&wrong)), "\n", " "))
}
