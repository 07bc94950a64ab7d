package grid

import "strings"

// A Map is a world drawn as text, a row each. As an option it is a list of rows,
// or a text of several lines.
type Map []string

// UnmarshalText reads a row from each line. Empty lines at the end are none.
func (m *Map) UnmarshalText(text []byte) error {
	*m = strings.Split(strings.TrimRight(strings.ReplaceAll(string(text), "\r", ""), "\n"), "\n")
	return nil
}
