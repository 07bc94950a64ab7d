package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A block is the text between two lines of ``` on a page.
type block struct {
	page string
	line int // number of the block's first line on the page
	lang string
	name string // name of the file in which the page tells the reader to save the block; "" if there is no file
	text string
}

// pages returns the paths of README.md and of the pages in this directory.
func pages(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("Glob = %q, %v, want pages", names, err)
	}
	return append([]string{filepath.Join("..", "README.md")}, names...)
}

// blocks returns the blocks of a page.
func blocks(t *testing.T, page string) (all []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			lang, name, _ := strings.Cut(info, " ")
			all = append(all, block{page: page, line: i + 2, lang: lang, name: name})
			open = true
		case fence:
			open = false
		case open:
			all[len(all)-1].text += line + "\n"
		}
	}
	if open {
		t.Fatalf("%s: the last fenced block is not closed", page)
	}
	return all
}

// gap marks a part that the page leaves out: inside a line it stands for any text, as a whole
// line it stands for any lines.
const gap = "…"

// found reports whether text contains the parts in their order, each as whole lines. If whole is
// true, there must be one part, equal to text.
func found(text string, parts []string, whole bool) bool {
	text = "\n" + text
	if whole {
		return len(parts) == 1 && text == "\n"+parts[0]
	}
	for _, p := range parts {
		i := strings.Index(text, "\n"+p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):] // the rest begins with the newline at the end of the part
	}
	return true
}

// source reports whether a file that matches a pattern contains the block. The block may leave
// out lines of the file where it has a gap. If whole is true, the block must be the whole file.
func source(t *testing.T, b block, whole bool, patterns ...string) bool {
	t.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if found(string(text), strings.Split(b.text, gap+"\n"), whole) {
				return true
			}
		}
	}
	return false
}
