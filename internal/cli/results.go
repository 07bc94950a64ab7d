package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
)

// resultsTitle is how a table of results begins.
const resultsTitle = "# Results\n"

// resultsHead is a table of results without its rows. What it says is true of each
// row, whenever that was made: how it was made stands in the row.
const resultsHead = resultsTitle + `
Written by ` + "`rlrun bench learning`" + `, row by row: seeds, cores and kernels stand in each. A run is
judged by the mean return of its final policy, greedy, over fresh episodes. Mean and interquartile
mean are over the runs, the latter with its 95 % bootstrap interval. Steps and seconds are medians,
to the first evaluation on the way that reached the threshold.

| scenario | environment | steps | mean | interquartile mean | threshold | reached it | steps to it | seconds to it | published | seeds | made with |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

// maxResults bounds a table of results, in bytes.
const maxResults = 1 << 20

// readRows returns the rows of the table of results in a file; nil where there is no
// such file. Any other file is an error.
func readRows(name string) ([]string, error) {
	text, err := infile.Read(name, maxResults)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rest, ok := strings.CutPrefix(string(text), resultsHead)
	switch {
	case !ok && strings.HasPrefix(string(text), resultsTitle):
		return nil, fmt.Errorf("%s is a table of results with another head than this program writes; want another file", name)
	case !ok:
		return nil, fmt.Errorf("%s is there already, and no table of results; want another file", name)
	}
	rows := slices.Collect(strings.Lines(rest))
	for i, row := range rows {
		if rows[i] = strings.TrimRight(row, "\r\n"); rowName(rows[i]) == "" {
			return nil, fmt.Errorf("%s: row %d of the table has no scenario; want another file", name, i+1)
		}
	}
	return rows, nil
}

// rowName returns the scenario of a row, or "".
func rowName(row string) string {
	cell, ok := strings.CutPrefix(row, "| ")
	name, _, more := strings.Cut(cell, " | ")
	if !ok || !more {
		return ""
	}
	return name
}

// withRow returns rows with one more, in the place of that of the same scenario, or
// else in the order of the alphabet.
func withRow(rows []string, row string) []string {
	name := rowName(row)
	for i, r := range rows {
		if rowName(r) == name {
			rows[i] = row
			return rows
		}
	}
	at := len(rows)
	for i, r := range rows {
		if rowName(r) > name {
			at = i
			break
		}
	}
	return slices.Insert(rows, at, row)
}

// updateRow writes a row to the table in a file, which keeps its other rows.
func updateRow(file, row string) error {
	rows, err := readRows(file)
	if err != nil {
		return err
	}
	text := resultsHead + strings.Join(withRow(rows, row), "\n") + "\n"
	return atomicfile.Write(file, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// checkResultsFile refuses a file that no table can be written to, before there is one.
func checkResultsFile(file string) error {
	if _, err := readRows(file); err != nil {
		return err
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return fmt.Errorf("--out %s: there is no folder %s", file, filepath.Dir(file))
	}
	return nil
}
