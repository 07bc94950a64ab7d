package grid

import "strings"

// A Map is a map drawn as text, one string for each row. As an option it is a list of rows, or a
// text of several lines.
type Map []string

// UnmarshalText parses a map with one row in each line. It ignores empty lines at the end.
func (m *Map) UnmarshalText(text []byte) error {
	*m = strings.Split(strings.TrimRight(strings.ReplaceAll(string(text), "\r", ""), "\n"), "\n")
	return nil
}
