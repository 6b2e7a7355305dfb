package overlay

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/scanner"
)

// asmOperand is what follows the name of a symbol in an operand: name(SB),
// name+8(SB), name<ABIInternal>(SB). With <> the symbol is the file's own.
var asmOperand = regexp.MustCompile(`^(?:<ABI\w+>)?[ \t]*(?:[+-][^\n;,]*)?\([ \t]*SB[ \t]*\)`)

// asmUse is a place in assembly that names a symbol.
type asmUse struct {
	name    string // as it is spelled there
	line    int
	defines bool // by TEXT or GLOBL
}

func (u asmUse) symbol() string { return asmToSymbol.Replace(u.name) }

// asmUses holds places by their offsets in a file.
type asmUses map[int]asmUse

// asmText is a file that the assembler reads.
type asmText struct {
	path   string
	src    []byte
	tokens []asmToken
}

func newAsmText(path string, src []byte) *asmText {
	t := &asmText{path: path, src: src}
	scanAsm(src, func(token asmToken) { t.tokens = append(t.tokens, token) })
	return t
}

// includes returns the last elements of the paths of included files.
func (t *asmText) includes() []string {
	var names []string
	for _, token := range t.tokens {
		if token.include && token.kind == scanner.String {
			if name, err := strconv.Unquote(token.text); err == nil {
				names = append(names, path.Base(name))
			}
		}
	}
	return names
}

// asmUsesOf finds the symbols that the file at each of roots names, itself or in
// what it includes, by the path of the file that spells the name. Texts are all
// files of the package.
func asmUsesOf(roots []string, texts map[string]*asmText) map[string]asmUses {
	byName := map[string][]*asmText{}
	for file, text := range texts {
		name := filepath.Base(file)
		byName[name] = append(byName[name], text)
	}
	found := map[string]asmUses{}
	for _, root := range roots {
		unit := asmUnit{macros: map[string][]*asmMacro{}, found: found}
		unit.add(texts[root], byName)
		unit.resolve()
	}
	return found
}

// asmUnit is an assembly file with all that it includes. Its macros apply from
// where they are defined; that they apply everywhere here makes no difference
// unless a macro has the name of a symbol.
type asmUnit struct {
	texts   []*asmText
	macros  map[string][]*asmMacro
	found   map[string]asmUses
	changed bool // what macros stand for
}

// asmMacro is a macro of the assembler's preprocessor.
type asmMacro struct {
	text     *asmText
	params   []string
	from, to int          // its body in the tokens of text
	symbols  map[int]bool // params that stand for symbols, and whether it defines them
}

func (u *asmUnit) add(text *asmText, byName map[string][]*asmText) {
	if slices.Contains(u.texts, text) {
		return
	}
	u.texts = append(u.texts, text)
	for i, token := range text.tokens {
		if token.kind == scanner.Ident && text.isDefined(i) {
			u.define(text, i)
		}
	}
	for _, name := range text.includes() {
		for _, included := range byName[name] {
			u.add(included, byName)
		}
	}
}

// isDefined reports whether a token is the name in a #define directive.
func (t *asmText) isDefined(at int) bool {
	return at > 1 && t.tokens[at-1].text == "define" && t.tokens[at-2].text == "#"
}

// define reads the macro whose name is a token of the text.
func (u *asmUnit) define(text *asmText, at int) {
	name := text.tokens[at]
	m := &asmMacro{text: text, symbols: map[int]bool{}}
	i := at + 1
	if i < len(text.tokens) && text.tokens[i].text == "(" && text.tokens[i].offset == name.offset+len(name.text) {
		for i++; i < len(text.tokens) && text.tokens[i].text != ")"; i++ {
			if text.tokens[i].kind == scanner.Ident {
				m.params = append(m.params, text.tokens[i].text)
			}
		}
		i++
	}
	m.from = i
	for ; i < len(text.tokens) && (text.tokens[i].kind != '\n' || text.tokens[i-1].text == `\`); i++ {
	}
	m.to = max(i, m.from)
	u.macros[name.text] = append(u.macros[name.text], m)
}

// resolve finds the places. What a macro makes of its parameters may take
// another macro to be known, so it goes on until nothing new is found.
func (u *asmUnit) resolve() {
	for u.changed = true; u.changed; {
		u.changed = false
		for _, text := range u.texts {
			u.scan(text)
		}
	}
}

func (u *asmUnit) scan(text *asmText) {
	for i, token := range text.tokens {
		if token.kind != scanner.Ident || token.include || text.isDefined(i) {
			continue
		}
		if asmOperand.Match(text.src[token.offset+len(token.text):]) {
			u.use(text, i, defines(text, i))
		}
		for _, m := range u.macros[token.text] {
			if len(m.symbols) == 0 || i+1 == len(text.tokens) || text.tokens[i+1].text != "(" {
				continue
			}
			for n, arg := range arguments(text.tokens, i+1) {
				if definesIt, ok := m.symbols[n]; ok && arg >= 0 {
					u.use(text, arg, definesIt)
				}
			}
		}
	}
}

// defines reports whether the operand at a token is that of TEXT or GLOBL.
func defines(text *asmText, at int) bool {
	return at > 0 && (text.tokens[at-1].text == "TEXT" || text.tokens[at-1].text == "GLOBL")
}

// arguments returns for each argument of a call of a macro the token that it
// consists of, -1 if there are several.
func arguments(tokens []asmToken, open int) []int {
	var args []int
	depth, from := 0, open+1
	for i := open; i < len(tokens); i++ {
		switch tokens[i].text {
		case "(":
			depth++
			continue
		case ")":
			depth--
		case ",":
		default:
			continue
		}
		if depth > 1 || depth == 1 && tokens[i].text == ")" {
			continue
		}
		arg := -1
		if i == from+1 && tokens[from].kind == scanner.Ident {
			arg = from
		}
		args, from = append(args, arg), i+1
		if depth == 0 {
			break
		}
	}
	return args
}

// use notes that a token names a symbol, or what a macro makes one of it.
func (u *asmUnit) use(text *asmText, at int, defines bool) {
	token := text.tokens[at]
	if m := u.macroAt(text, at); m != nil {
		if n := slices.Index(m.params, token.text); n >= 0 {
			if before, ok := m.symbols[n]; !ok || defines && !before {
				m.symbols[n], u.changed = defines, true
			}
			return
		}
	}
	if ms := u.macros[token.text]; len(ms) > 0 {
		for _, m := range ms {
			// An alias of a symbol. Others have their own operands.
			if len(m.params) == 0 && m.to == m.from+1 && m.text.tokens[m.from].kind == scanner.Ident && m.text.tokens[m.from].text != token.text {
				u.note(m.text, m.text.tokens[m.from], defines)
			}
		}
		return
	}
	u.note(text, token, defines)
}

func (u *asmUnit) note(text *asmText, token asmToken, defines bool) {
	uses := u.found[text.path]
	if uses == nil {
		uses = asmUses{}
		u.found[text.path] = uses
	}
	before := uses[token.offset]
	uses[token.offset] = asmUse{name: token.text, line: token.line, defines: defines || before.defines}
}

// macroAt returns the macro whose body has a token.
func (u *asmUnit) macroAt(text *asmText, at int) *asmMacro {
	for _, ms := range u.macros {
		for _, m := range ms {
			if m.text == text && m.from <= at && at < m.to {
				return m
			}
		}
	}
	return nil
}

// isUnowned reports whether a symbol has the path of no package, real or not.
// The compiler and the linker keep names with a colon for themselves.
func isUnowned(symbol string) bool {
	if symbol == "" || strings.HasPrefix(symbol, ".") || strings.ContainsAny(symbol, ":([<") {
		return false
	}
	for range pathsOf(symbol) {
		return false
	}
	return true
}
