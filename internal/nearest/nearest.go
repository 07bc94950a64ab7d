// Package nearest finds the word that a misspelt one was meant to be.
package nearest

import (
	"iter"
	"strings"
)

// Word returns the one of words that is fewest edits away from want, upper and
// lower case alike, or "" if none is nearer than half of want's length. A word
// that begins with want, three letters or more, counts as one edit away. Of
// equals it takes the first in the order of the alphabet, so that the order of
// words does not matter.
func Word(want string, words iter.Seq[string]) string {
	want = strings.ToLower(want)
	best, found := (len(want)+1)/2+1, ""
	for w := range words {
		lower := strings.ToLower(w)
		d := distance(want, lower)
		if len(want) >= 3 && strings.HasPrefix(lower, want) {
			d = min(d, 1)
		}
		if d < best || d == best && found != "" && w < found {
			best, found = d, w
		}
	}
	return found
}

// Hint returns "; the nearest is …", or "" where no word is near: the end of a
// sentence about a word that is none of words.
func Hint(want string, words iter.Seq[string]) string {
	if near := Word(want, words); near != "" {
		return "; the nearest is " + near
	}
	return ""
}

// distance counts insertions, deletions and substitutions of bytes.
// Levenshtein 1966, by Wagner and Fischer's table, of which one row is kept.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0] // of the row above
		row[0] = i + 1
		for j := range len(b) {
			d := left
			if a[i] != b[j] {
				d = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
