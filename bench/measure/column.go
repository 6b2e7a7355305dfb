package measure

import (
	"fmt"
	"strconv"
	"strings"
)

// Column returns the name of a column: a payload, with the number of goroutines
// that call at the same time if that is more than one, such as "100B@4".
func Column(payload string, callers int) string {
	if callers == 1 {
		return payload
	}
	return fmt.Sprintf("%s@%d", payload, callers)
}

// ParseColumn reads what Column returns.
func ParseColumn(column string) (payload string, callers int, err error) {
	payload, number, ok := strings.Cut(column, "@")
	if !ok {
		return payload, 1, nil
	}
	callers, err = strconv.Atoi(number)
	if err != nil || callers < 1 {
		return "", 0, fmt.Errorf("%q is not a payload with a number of callers, such as 100B@4", column)
	}
	return payload, callers, nil
}
