package cli

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestShippedResults checks that scenarios/RESULTS.md can be read, and is in alphabetical order.
func TestShippedResults(t *testing.T) {
	rows, err := readRows(filepath.Join("..", "..", "RESULTS.md"))
	if err != nil || len(rows) < 20 {
		t.Fatalf("readRows(RESULTS.md) = %d rows, %v, want one row for each measured scenario", len(rows), err)
	}
	var names []string
	for _, row := range rows {
		names = append(names, rowName(row))
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("scenarios of RESULTS.md = %q, want each name once, in alphabetical order", names)
	}
}

// TestWithRow checks that a row replaces the row of its scenario, or is inserted in
// alphabetical order.
func TestWithRow(t *testing.T) {
	for _, c := range []struct {
		row  string
		want []string
	}{
		{"| b | new |", []string{"| a | 1 |", "| b | new |", "| d | 3 |"}},
		{"| c | new |", []string{"| a | 1 |", "| b | 2 |", "| c | new |", "| d | 3 |"}},
		{"| e | new |", []string{"| a | 1 |", "| b | 2 |", "| d | 3 |", "| e | new |"}},
		{"| A | new |", []string{"| A | new |", "| a | 1 |", "| b | 2 |", "| d | 3 |"}},
	} {
		if got := withRow([]string{"| a | 1 |", "| b | 2 |", "| d | 3 |"}, c.row); !slices.Equal(got, c.want) {
			t.Errorf("withRow(a b d, %s) = %q, want %q", c.row, got, c.want)
		}
	}
}
