package docs

import (
	"regexp"
	"strings"
	"testing"
)

// A command is a line of a page that a reader types, with its output if the page shows the
// output.
type command struct {
	block
	line   int
	text   string
	shown  bool
	output string
	lines  int // number of lines of the output on the page
}

// prompt is the text before a command in a transcript.
const prompt = "$ "

// aside matches the explanation after a command in a list of commands.
var aside = regexp.MustCompile(`\s+#\s.*$|\s{2,}\S.*$`)

// commands returns the commands in a block. In a block with the language sh, every line is a
// command. In a block with the language console, the lines with a prompt are commands. In a block
// without a language, the lines with a prompt and the lines that begin with rlrun or go are
// commands.
func commands(b block) (all []command) {
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		c := command{block: b, line: b.line + i}
		typed, prompted := strings.CutPrefix(line, prompt)
		switch {
		case b.lang == "sh", b.lang == "" && (strings.HasPrefix(line, "rlrun ") || strings.HasPrefix(line, "go ")):
			c.text = strings.TrimSpace(aside.ReplaceAllString(line, ""))
		case prompted && (b.lang == "console" || b.lang == ""):
			c.text, c.shown = typed, true
		case len(all) > 0 && all[len(all)-1].shown:
			all[len(all)-1].output += line + "\n"
			all[len(all)-1].lines++
			continue
		}
		if c.text != "" {
			all = append(all, c)
		}
	}
	return all
}

// clock matches the times in the output of a run, which differ in every run.
var clock = regexp.MustCompile(`in [\d.,e-]+ s \([\d,]+ a second\)|"train_s":[\d.e-]+,"steps_per_s":[\d.]+`)

// same reports whether the printed output is the output that the page shows. A gap in a line
// stands for any text, and a gap as a whole line stands for any lines. Times are not compared.
func same(shown, printed string) bool {
	var pattern strings.Builder
	for line := range strings.Lines(strings.TrimRight(shown, "\n")) {
		line = strings.TrimRight(line, " \n")
		if line == gap {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		for i, part := range strings.Split(clock.ReplaceAllString(line, "TIME"), gap) {
			if i > 0 {
				pattern.WriteString(`.*`)
			}
			pattern.WriteString(regexp.QuoteMeta(part))
		}
		pattern.WriteString(` *\n`)
	}
	printed = strings.TrimRight(clock.ReplaceAllString(printed, "TIME"), "\n") + "\n"
	return regexp.MustCompile(`^` + pattern.String() + `$`).MatchString(printed)
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		shown, printed string
		want           bool
	}{
		{"a\nb\n", "a\nb\n", true},
		{"a\nb\n\n", "a  \nb\n", true},
		{"a\n", "a\nb\n", false},
		{"a\n…\n", "a\nb\nc\n", true},
		{"a\n…\nc\n", "a\nb\nd\n", false},
		{"return … over 9\n", "return 5 ± 1 over 9\n", true},
		{"9 steps in 0.1 s (90 a second), saved\n", "9 steps in 0.02 s (4,500 a second), saved\n", true},
		{"9 steps in 0.1 s (90 a second), saved\n", "8 steps in 0.1 s (90 a second), saved\n", false},
	} {
		if got := same(c.shown, c.printed); got != c.want {
			t.Errorf("same(%q, %q) = %v, want %v", c.shown, c.printed, got, c.want)
		}
	}
}

func TestCommands(t *testing.T) {
	b := block{lang: "console", text: "$ rlrun a\nsays\n\nmore\n$ rlrun b\n"}
	got := commands(b)
	if len(got) != 2 || got[0].text != "rlrun a" || got[0].output != "says\n\nmore\n" || got[1].text != "rlrun b" || got[1].output != "" {
		t.Errorf("commands(%q) = %+v, want two, the first with its output", b.text, got)
	}
	b = block{text: "rlrun a --b     what it does\ngo test ./...  # passes\nnot one\n"}
	got = commands(b)
	if len(got) != 2 || got[0].text != "rlrun a --b" || got[1].text != "go test ./..." || got[0].shown {
		t.Errorf("commands(%q) = %+v, want two without what stands behind them", b.text, got)
	}
}
