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

// resultsTitle is the first line of a table of results.
const resultsTitle = "# Results\n"

// resultsHead is the text of a table of results above its rows. Each row has its own seeds,
// cores and kernels, because rows are made at different times.
const resultsHead = resultsTitle + `
Written by ` + "`rlrun bench learning`" + `, row by row, each with its seeds, cores and kernels. The score of a
run is the mean return of its final greedy policy over fresh episodes. Mean and interquartile mean
are over the runs, the interquartile mean with its 95 % bootstrap interval. Steps and seconds to the
threshold are medians over the runs, until the first evaluation during training that reached it.

| scenario | environment | steps | mean | interquartile mean | threshold | runs that reached it | steps to it | seconds to it | published | seeds | made with |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

// maxResults is the largest size of a table of results, in bytes.
const maxResults = 1 << 20

// readRows returns the rows of the table of results in the file called name, or nil if the
// file does not exist. It is an error if the file is not a table of results.
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
		return nil, fmt.Errorf("%s is a table of results with another heading than this program writes; want another file", name)
	case !ok:
		return nil, fmt.Errorf("%s is not a table of results, and nothing is overwritten; want another file", name)
	}
	rows := slices.Collect(strings.Lines(rest))
	for i, row := range rows {
		if rows[i] = strings.TrimRight(row, "\r\n"); rowName(rows[i]) == "" {
			return nil, fmt.Errorf("%s: row %d of the table has no scenario; want another file", name, i+1)
		}
	}
	return rows, nil
}

// rowName returns the name of the scenario in a row, or "" if there is no name.
func rowName(row string) string {
	cell, ok := strings.CutPrefix(row, "| ")
	name, _, more := strings.Cut(cell, " | ")
	if !ok || !more {
		return ""
	}
	return name
}

// withRow returns rows with another row. The new row replaces the row of the same scenario,
// or is inserted in alphabetical order.
func withRow(rows []string, row string) []string {
	name := rowName(row)
	for i, r := range rows {
		if rowName(r) == name {
			rows[i] = row
			return rows
		}
	}
	index := len(rows)
	for i, r := range rows {
		if rowName(r) > name {
			index = i
			break
		}
	}
	return slices.Insert(rows, index, row)
}

// updateRow writes a row to the table in a file, and keeps the other rows.
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

// checkResultsFile returns an error if a table cannot be written to the file. It is called
// before training begins.
func checkResultsFile(file string) error {
	if _, err := readRows(file); err != nil {
		return err
	}
	if dir := filepath.Dir(file); !isDir(dir) {
		return fmt.Errorf("--out %s: there is no folder %s", file, dir)
	}
	return nil
}
