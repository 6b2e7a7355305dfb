package pages

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostChars is how much is shown of a text that processes report.
const mostChars = 1000

// clip cuts a text that is too long to be read.
func clip(text string) string {
	if len(text) <= mostChars {
		return text
	}
	end := 0
	for n := range text {
		if n > mostChars {
			break
		}
		end = n
	}
	return fmt.Sprintf("%s… (%d bytes more)", text[:end], len(text)-end)
}

// heading writes a title, in which no line ends within an arrow.
func heading(title string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(clip(title)), "-&gt;", `<span class="arrow">-&gt;</span>`))
}

// plainText writes what cannot be seen as escapes: control characters, those that change
// the direction of what follows, and what is not UTF-8. Names from elsewhere can then not
// look like others, and commands that are copied have nothing but what is shown.
func plainText(html []byte) []byte {
	var out []byte
	from := 0 // what is before is in out
	for at := 0; at < len(html); {
		if b := html[at]; ' ' <= b && b <= '~' || b == '\n' || b == '\t' {
			at++
			continue
		}
		r, size := utf8.DecodeRune(html[at:])
		invalid := r == utf8.RuneError && size == 1
		if invalid || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			out = append(out, html[from:at]...)
			if invalid || r < utf8.RuneSelf {
				out = fmt.Appendf(out, `\x%02x`, html[at])
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
			from = at + size
		}
		at += size
	}
	if out == nil {
		return html
	}
	return append(out, html[from:]...)
}
