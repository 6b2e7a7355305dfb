// Package program uses modules that have state for the whole process. CLASS in
// the environment says which one; SERVICE tells two services apart.
package program

import (
	"os"

	"google.golang.org/protobuf/proto"

	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/functions"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/gorm"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/grpc"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/logrus"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/mysql"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/names"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/prometheus"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/protobuf"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/redis"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/sys"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/viper"
	"github.com/gomerge/rules_go_merge/tests/isolation/thirdparty/program/zap"
)

// Main runs the class that the environment names. Each program has its own
// version of the order.
func Main(order proto.Message) {
	service := os.Getenv("SERVICE")
	classes := map[string]func(service string){
		"functions":  functions.Run,
		"gorm":       gorm.Run,
		"grpc":       grpc.Run,
		"logrus":     logrus.Run,
		"mysql":      mysql.Run,
		"names":      names.Run,
		"prometheus": prometheus.Run,
		"protobuf":   func(service string) { protobuf.Run(service, order) },
		"redis":      redis.Run,
		"sys":        sys.Run,
		"viper":      viper.Run,
		"zap":        zap.Run,
	}
	classes[os.Getenv("CLASS")](service)
}
