// Package units writes numbers for people, with their units.
package units

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration writes a number of nanoseconds to three digits, in the unit that fits.
func Duration(ns int64) string {
	unit := time.Duration(1)
	for ns/int64(unit) >= 1000 {
		unit *= 10
	}
	return time.Duration(ns).Round(unit).String()
}

// Bytes writes a number of bytes in the largest unit of which there is one.
func Bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(n), 0
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return strconv.FormatFloat(math.Round(size*10)/10, 'f', -1, 64) + " " + units[unit]
}

// Count writes a number with commas between its thousands.
func Count(n uint64) string {
	text := strconv.FormatUint(n, 10)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}

// Rate writes how often something happens per second: to three digits, without an
// exponent.
func Rate(perSecond float64) string {
	switch {
	case perSecond == 0:
		return "0"
	case perSecond >= 100:
		return Count(uint64(math.Round(perSecond)))
	}
	digits := 2 - int(math.Floor(math.Log10(perSecond)))
	return strconv.FormatFloat(perSecond, 'f', min(digits, 3), 64)
}

// Percent writes a part of a whole in percent, and "-" if the whole is nothing. A part
// that is not nothing never reads as 0 %, and one that is not all never as 100 %.
func Percent(part, whole uint64) string {
	switch {
	case whole == 0:
		return "-"
	case part == 0:
		return "0 %"
	case part == whole:
		return "100 %"
	}
	percent := 100 * float64(part) / float64(whole)
	switch {
	case percent < 0.01:
		return "<0.01 %"
	case percent < 1:
		return strconv.FormatFloat(percent, 'f', 2, 64) + " %"
	}
	return strconv.FormatFloat(min(percent, 99.9), 'f', 1, 64) + " %"
}
