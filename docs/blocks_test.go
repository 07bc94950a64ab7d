package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A block is a fenced block of a page.
type block struct {
	page string
	line int // of its first line
	lang string
	name string // of the file that the reader is told to save it as; "" for none
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

// blocks returns the fenced blocks of a page.
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

// gap stands for a part that is left out: for any text within a line, for any lines alone.
const gap = "…"

// found reports whether parts are in text in their order, each as whole lines. The first one
// begins it and the last one ends it if whole is true.
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
		text = text[i+len(p):] // which begins with the end of the last line
	}
	return true
}

// source reports whether a block is a file of a pattern, or a part of one that leaves out
// what its lines of gap stand for.
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
