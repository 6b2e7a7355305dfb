package closure

import (
	"fmt"
	"regexp"
	"strconv"
)

// Version is the part of a Go version that decides what the standard library
// has.
type Version struct{ Major, Minor int }

// String returns the version as the go command spells it: "go1.27".
func (v Version) String() string { return fmt.Sprintf("go%d.%d", v.Major, v.Minor) }

// Less reports whether v is older than o.
func (v Version) Less(o Version) bool {
	return v.Major < o.Major || v.Major == o.Major && v.Minor < o.Minor
}

// numbers begin a version of any spelling: 1.27.4, 1.28rc1, 1.27-custom X:fips.
var numbers = regexp.MustCompile(`^(\d+)\.(\d+)`)

// ParseVersion reads a version that has no "go" in front. It fails for one that
// has no numbers, as of a Go that was built from a commit.
func ParseVersion(version string) (Version, bool) {
	m := numbers.FindStringSubmatch(version)
	if m == nil {
		return Version{}, false
	}
	major, err1 := strconv.Atoi(m[1])
	minor, err2 := strconv.Atoi(m[2])
	return Version{major, minor}, err1 == nil && err2 == nil
}
