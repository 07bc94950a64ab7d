package grid

import (
	"fmt"
	"strings"
)

// maxSide is the largest number of rows or columns of a map.
const maxSide = 1024

// A cells is the map of an environment: rows of the same length, one byte for each cell. Cell i
// is in row i / columns and column i mod columns.
type cells []string

// A step is a move from one cell to a neighbour.
type step struct{ row, col int }

var (
	up    = step{-1, 0}
	right = step{0, 1}
	down  = step{1, 0}
	left  = step{0, -1}
)

func (c cells) cols() int            { return len(c[0]) }
func (c cells) size() int            { return len(c) * c.cols() }
func (c cells) at(i int) byte        { return c[i/c.cols()][i%c.cols()] }
func (c cells) contains(s byte) bool { return len(c.find(s)) > 0 }

// find returns the indices of the cells with the given sign.
func (c cells) find(sign byte) (all []int) {
	for i := range c.size() {
		if c.at(i) == sign {
			all = append(all, i)
		}
	}
	return all
}

// neighbour returns the index of the cell to which step s leads from cell i. It returns i if the
// step leads over the edge.
func (c cells) neighbour(i int, s step) int {
	row, col := i/c.cols()+s.row, i%c.cols()+s.col
	if row < 0 || row >= len(c) || col < 0 || col >= c.cols() {
		return i
	}
	return row*c.cols() + col
}

// connected reports whether there is a path between two cells that avoids cells with the given
// sign.
func (c cells) connected(from, to int, sign byte) bool {
	seen, next := make([]bool, c.size()), []int{from}
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		if seen[i] || c.at(i) == sign {
			continue
		}
		if seen[i] = true; i == to {
			return true
		}
		for _, s := range []step{up, right, down, left} {
			next = append(next, c.neighbour(i, s))
		}
	}
	return false
}

// validate returns an error if c, the value of the named option, is not a map of the given signs.
func (c cells) validate(option, signs string) error {
	if len(c) == 0 || len(c) > maxSide || len(c[0]) == 0 || len(c[0]) > maxSide {
		return fmt.Errorf("%s has %d rows, want 1 … %d rows of 1 … %d columns", option, len(c), maxSide, maxSide)
	}
	for r, row := range c {
		for col, sign := range row {
			if !strings.ContainsRune(signs, sign) {
				return fmt.Errorf("%s has %q in row %d, column %d, want one of %s", option, sign, r+1, col+1, signs)
			}
		}
		if len(row) != c.cols() {
			return fmt.Errorf("%s has %d columns in row %d, and %d in row 1", option, len(row), r+1, c.cols())
		}
	}
	if !c.contains('S') {
		return fmt.Errorf("%s has no S, where episodes start", option)
	}
	return nil
}
