package wording

import "regexp"

// rule is a kind of wording that the documentation avoids.
type rule struct {
	// match finds the wording, in any case. except matches what it finds and is fine anyway.
	match, except *regexp.Regexp
	// advice says what to write.
	advice string
}

func avoid(pattern, advice string) rule {
	return rule{match: regexp.MustCompile("(?i)" + pattern), advice: advice}
}

func (r rule) unless(pattern string) rule {
	r.except = regexp.MustCompile("(?i)" + pattern)
	return r
}

// wordings are what Find looks for. Code in it reads as CodeMark.
var wordings = []rule{
	// Wordings of other languages.
	avoid(`(?:\bthere )?\b(?:is|are|was|were) no \S+`, `write "is not a", or "has no"`).
		unless(`^there |no (?:longer|more|other|such|use)\b`),
	avoid(`\btells? (?:whether|if|what|which|how|where|why|that|for)\b`, `write "says", "shows" or "reports"`),
	avoid(`\bof (?:its|their|our|your) own(?:[.,;:)]|$)`, `put "its own" before the noun, or write "separate"`),
	avoid(`\banew\b`, `write "again"`),
	avoid(`\bbesides\b`, `write "in addition to", "other than" or "also"`),
	avoid(`\bin vain\b`, `write "without effect", or say what happens`),
	avoid(`\bfor ever\b`, `write "forever"`),
	avoid(`\blikewise\b`, `write "also", or repeat the statement`),
	avoid(`\band the like\b`, `write "and similar", with a noun, or "such as" before the examples`),
	avoid(`\ball the same\b`, `write "anyway"`),
	avoid(`\bbelongs? into\b`, `write "belongs in"`),
	avoid(`\b(?:allows?|permits?|enables?) to\b`, `say whom, or use the noun: "allows you to change", "allows changes"`),
	avoid(`\b(?:depends? of|different than|informations|consists? in)\b`, `this is not idiomatic`),

	// Words that add nothing.
	avoid(`\bin order to\b`, `write "to"`),
	avoid(`\b(?:due to the fact that|for the reason that)\b`, `write "because"`),
	avoid(`\bat this point in time\b`, `write "now"`),
	avoid(`\b(?:utilize[sd]?|leverage[sd]?)\b`, `write "use"`),
	avoid(`\b(?:simply|easily|obviously|basically|of course|very)\b`, `leave it out`),
	avoid(`\bplease\b`, `leave it out`),

	// Latin, and links that say nothing.
	avoid(`\be\.g\.`, `write "for example" or "such as"`),
	avoid(`\bi\.e\.`, `write "that is"`),
	avoid(`\betc\.`, `write "and so on", or name the rest`),
	avoid(`\b(?:click here|(?:follow|on|see|under|use) this link)\b`, `name what the link leads to`),

	// Slips.
	// Lower case only, for names are read in many ways. Before some words, a is a name itself.
	{match: regexp.MustCompile(`\b[Aa] [aeio][a-z]+\b`), except: regexp.MustCompile(`^[Aa] (?:(?:one|once|eu)|(?:and|are|as|at|if|in|is|of|on|or)$)`), advice: `write "an"`},
	{match: regexp.MustCompile(`\b[Aa]n [bcdfgjklmnpqrstvwxyz][a-z]+\b`), advice: `write "a"`},
	avoid(`\S [,;:.] `, `remove the space before the punctuation`),
}
