// Package wording finds wordings that the prose of this project avoids: in pages, comments,
// messages and doc strings.
package wording

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	// CodeMark stands for code in a text that is checked.
	CodeMark = "`code`"
	// maxWords is how long a sentence may be.
	maxWords = 40
)

// Finding is a problem with the words from an offset of a text on.
type Finding struct {
	At      int
	Problem string
}

var (
	pair      = regexp.MustCompile(`(?i)\b([a-z]+) ([a-z]+)\b`)
	sentences = regexp.MustCompile(`[.!?:;](?: |$)`)
)

// Find returns the wordings to avoid in a text that has a space for each of its line breaks, and
// CodeMark for code.
func Find(text string) []Finding {
	var found []Finding
	report := func(at int, format string, args ...any) {
		found = append(found, Finding{at, fmt.Sprintf(format, args...)})
	}
	for _, rule := range wordings {
		for _, match := range rule.match.FindAllStringIndex(text, -1) {
			words := text[match[0]:match[1]]
			if rule.except == nil || !rule.except.MatchString(words) {
				report(match[0], "%q: %s", words, rule.advice)
			}
		}
	}
	for start := 0; start < len(text); {
		match := pair.FindStringSubmatchIndex(text[start:])
		if match == nil {
			break
		}
		first, second := text[start+match[2]:start+match[3]], text[start+match[4]:start+match[5]]
		if strings.EqualFold(first, second) && !mayRepeat(first, second) {
			report(start+match[0], "%q is there twice", first)
		}
		start += match[4]
	}
	return found
}

// mayRepeat reports whether a word may follow itself: "that" and "had" may, and so
// may the name of a flag's value, as in "-tag TAG".
func mayRepeat(first, second string) bool {
	return strings.EqualFold(first, "that") || strings.EqualFold(first, "had") ||
		first != second && second == strings.ToUpper(second)
}

// LongSentences returns the sentences of a text that are too long to be read at once.
func LongSentences(text string) []Finding {
	var found []Finding
	start := 0
	for _, end := range append(sentences.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if n := len(strings.Fields(text[start:end[0]])); n > maxWords {
			found = append(found, Finding{start, fmt.Sprintf("a sentence of %d words; at most %d can be read at once", n, maxWords)})
		}
		start = end[1]
	}
	return found
}
