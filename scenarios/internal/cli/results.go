package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
)

// resultsTitle is how a table of results begins.
const resultsTitle = "# Results\n"

// resultsHead is a table of results without its rows. Rows are made at different times, so
// each row says how it was made.
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

// withRow returns rows with a new one. It replaces the row of the same scenario, or stands
// in the order of the alphabet.
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

// checkResultsFile returns an error if no table can be written to a file. It is called
// before the runs start.
func checkResultsFile(file string) error {
	if _, err := readRows(file); err != nil {
		return err
	}
	if dir := filepath.Dir(file); !isDir(dir) {
		return fmt.Errorf("--out %s: there is no folder %s", file, dir)
	}
	return nil
}
