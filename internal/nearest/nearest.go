// Package nearest finds the known word that is most similar to a misspelt word, for error
// messages such as "unknown key gama; the nearest is gamma".
package nearest

import (
	"iter"
	"slices"
	"strings"
)

// Word returns the known word with the smallest edit distance to misspelt, without regard to
// upper and lower case. It returns "" if every distance is larger than half of misspelt's length,
// rounded up. If misspelt has three letters or more, a known word that begins with misspelt has
// distance 1. If several words are equally near, it returns the first in alphabetical order. So
// the order in the argument words does not matter.
func Word(misspelt string, words iter.Seq[string]) string {
	misspelt = strings.ToLower(misspelt)
	smallest, nearest := (len(misspelt)+1)/2+1, ""
	for w := range words {
		lower := strings.ToLower(w)
		d := distance(misspelt, lower)
		if len(misspelt) >= 3 && strings.HasPrefix(lower, misspelt) {
			d = min(d, 1)
		}
		if d < smallest || d == smallest && nearest != "" && w < nearest {
			smallest, nearest = d, w
		}
	}
	return nearest
}

// Hint returns the end of an error message about an unknown word: "; the nearest is …", or
// "" if no known word is similar.
func Hint(misspelt string, words iter.Seq[string]) string {
	if near := Word(misspelt, words); near != "" {
		return "; the nearest is " + near
	}
	return ""
}

// HintOrAll returns Hint. If no known word is similar and there are at most 8, it returns all: "; known: …".
func HintOrAll(misspelt string, words iter.Seq[string]) string {
	hint := Hint(misspelt, words)
	if all := slices.Sorted(words); hint == "" && 0 < len(all) && len(all) <= 8 {
		hint = "; known: " + strings.Join(all, ", ")
	}
	return hint
}

// distance returns the edit distance between a and b: the smallest number of insertions,
// deletions and substitutions of bytes. Levenshtein 1966. It computes the table of Wagner
// and Fischer row by row, and keeps one row.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0] // element j of the row above
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
