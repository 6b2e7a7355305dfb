package rulesfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const sample = `# The shop's rules.
generation 41    # counted up by hand
processes 10%

* off
  item->stock 1%   # since Tuesday
item->stock strict
# mail is next
item->mail/MailService/Send on
`

func TestRead(t *testing.T) {
	f, err := Parse("rules", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if h := f.Header(); h.Generation != 41 || h.Processes() != "10%" || !h.Expires.IsZero() {
		t.Errorf("header %+v", h)
	}
	var got []string
	for _, r := range f.Rules() {
		got = append(got, strings.Repeat("|", r.Line)+r.String())
	}
	want := []string{"|||||* off", "||||||item->stock 1%", "|||||||item->stock strict", "|||||||||item->mail/MailService/Send on"}
	if !slices.Equal(got, want) {
		t.Errorf("rules %q, want %q", got, want)
	}
	if string(f.Bytes()) != sample {
		t.Errorf("unchanged, it is to hold\n%s", f.Bytes())
	}
}

func TestEdit(t *testing.T) {
	ends := time.Date(2030, 1, 31, 19, 0, 0, 0, time.FixedZone("", 3600))
	for _, tt := range []struct {
		name, before string
		edit         func(*File) error
		after        string // or the error, after "! "
	}{
		{"header", sample, func(f *File) error { return f.SetHeader(Header{42, ends, ""}) }, strings.NewReplacer(
			"generation 41", "generation 42", "processes 10%\n", "", "hand\n", "hand\nexpires 2030-01-31T18:00:00Z\n").Replace(sample)},
		{"no header", "* off", func(f *File) error { return f.SetHeader(Header{1, ends, "5%"}) },
			"generation 1\nexpires 2030-01-31T18:00:00Z\nprocesses 5%\n* off"},
		{"empty", "", func(f *File) error { return f.SetHeader(Header{Generation: 1}) }, "generation 1\n"},
		{"wrong header", "* off", func(f *File) error { return f.SetHeader(Header{1, ends, "half"}) },
			"! nothing is changed, for the file could not be read afterwards\nrules:3: processes: \"half\" is not a percentage such as 25%"},
		{"rules", sample, func(f *File) error { return f.Set("item->stock 5%", "item->mail cooperative") },
			strings.Replace(sample, "stock 1%", "stock 5%", 1) + "item->mail cooperative\n"},
		{"equal patterns", "item->*/*/* 1% # all\n", func(f *File) error { return f.Set("item->* off") }, "item->* off # all\n"},
		{"no newline at the end", "* off", func(f *File) error { return f.Set("kill on") }, "* off\nkill on\n"},
		{"lines of Windows", "* off\r\n* strict # x\r\n", func(f *File) error { return f.Set("* cooperative", "kill on") },
			"* off\r\n* cooperative # x\r\nkill on\r\n"},
		{"not a rule", sample, func(f *File) error { return f.Set("item->stock half") },
			`! rule 1: item->stock: "half" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"twice", sample, func(f *File) error { return f.Set("* on", "* off") }, "! rule 2: * is already set in rule 1"},
		{"unset", sample, func(f *File) error { return f.Unset("item->stock") },
			strings.NewReplacer("  item->stock 1%   # since Tuesday\n", "", "item->stock strict\n", "").Replace(sample)},
		{"unset nothing", sample, func(f *File) error { return f.Unset("item->shop") }, "! rules has no rule for item->shop"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse("rules", []byte(tt.before))
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.edit(f); err != nil {
				if "! "+err.Error() != tt.after {
					t.Errorf("error %v, want %s", err, tt.after)
				}
				if string(f.Bytes()) != tt.before {
					t.Errorf("an edit that failed has made it\n%s", f.Bytes())
				}
				return
			}
			if got := string(f.Bytes()); got != tt.after {
				t.Errorf("got\n%s\nwant\n%s", got, tt.after)
			}
		})
	}
}

func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		"* half":                `rules:1: *: "half" is not on, off, a percentage such as 25%, strict or cooperative`,
		"* on\ngeneration 1":    "rules:2: generation: it has to come before all rules",
		"\n* on\nkill on\n* on": "rules:4: * is already set in rules:2",
	} {
		if _, err := Parse("rules", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "rules"), filepath.Join(dir, "link")
	f, err := Read(link)
	if err != nil || f.Exists() || len(f.Rules()) != 0 {
		t.Fatalf("a file that is not there: %+v, %v", f, err)
	}
	if err := os.Symlink("rules", link); err != nil {
		t.Fatal(err)
	}
	if err := f.Set("* off"); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(); err == nil || !strings.HasSuffix(err.Error(), "link: this link leads to nothing") {
		t.Errorf("a link to nothing: %v", err)
	}
	if err := os.WriteFile(name, []byte("* on\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(); err == nil || !strings.HasSuffix(err.Error(), "somebody else has changed the file just now; run the command again") {
		t.Errorf("a file that has come since: %v", err)
	}
	if f, err = Read(link); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{"* off", "* 1%"} {
		if err := f.Set(rule); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(name)
		if err != nil || string(data) != rule+"\n" {
			t.Errorf("it holds %q, %v, want %s", data, err, rule)
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v, want that from before", info.Mode(), err)
	}
	if to, err := os.Readlink(link); err != nil || to != "rules" {
		t.Errorf("the link leads to %s, %v", to, err)
	}
	if err := os.WriteFile(name, []byte("* on\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(); err == nil {
		t.Error("a file that somebody else has changed is replaced")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, %v, want the file and the link", entries, err)
	}
	if err := Replace(name, nil, make([]byte, Limit+1)); err == nil {
		t.Error("a file is written that no process reads")
	}
}

// FuzzSet sets a rule in any file that can be read. The rule is there afterwards, and so
// are all lines but one.
func FuzzSet(f *testing.F) {
	for _, text := range []string{sample, "", "\r\n", "# x", "* on\r\n#", "item->stock 1%", "generation 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("rules", []byte(text))
		if err != nil {
			return
		}
		before := len(file.Rules())
		if err := file.Set("item->stock off"); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := Parse("rules", file.Bytes())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, file.Bytes(), err)
		}
		rules := again.Rules()
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.String() == "item->stock off" }) || len(rules) > before+1 {
			t.Errorf("%q became %q", text, file.Bytes())
		}
		if again.Header() != file.Header() {
			t.Errorf("%q: the header has changed", text)
		}
	})
}
