package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxRuns bounds the runs of a sweep.
const maxRuns = 10_000

// choices returns every choice of a value for each KEY=[a, b, …]: assignments of all keys.
func choices(sweeps []string) ([][]string, error) {
	all := [][]string{nil}
	for _, s := range sweeps {
		key, list, ok := strings.Cut(s, "=")
		values, err := elements(list)
		if !ok || key == "" || err != nil || len(values) == 0 {
			return nil, fmt.Errorf("--sweep %s: want KEY=[a, b, …]", s)
		}
		if len(all)*len(values) > maxRuns {
			return nil, fmt.Errorf("--sweep %s: that makes %d settings, want %d at most", s, len(all)*len(values), maxRuns)
		}
		for i, v := range values {
			if slices.Contains(values[:i], v) {
				return nil, fmt.Errorf("--sweep %s: %s is there twice", s, v)
			}
		}
		var more [][]string
		for _, set := range all {
			for _, v := range values {
				more = append(more, append(set[:len(set):len(set)], key+"="+v))
			}
		}
		all = more
	}
	return all, nil
}

// short returns a choice of values with keys that are cut to their last words, as many as tell
// them apart: gamma=0.9 for agent.gamma=0.9.
func short(set []string) string {
	keys, all := make([][]string, len(set)), make([]string, len(set))
	for i, assignment := range set {
		key, _, _ := strings.Cut(assignment, "=")
		keys[i] = strings.Split(key, ".")
	}
	for i, assignment := range set {
		_, value, _ := strings.Cut(assignment, "=")
		for n := 1; n <= len(keys[i]); n++ {
			last := keys[i][len(keys[i])-n:]
			alike := 0
			for _, key := range keys {
				if len(key) >= n && slices.Equal(key[len(key)-n:], last) {
					alike++
				}
			}
			if all[i] = strings.Join(last, ".") + "=" + value; alike == 1 {
				break
			}
		}
	}
	return strings.Join(all, ", ")
}

// elements returns the elements of a list in YAML's flow syntax, which is cut at the commas
// that stand in no brackets or quotes.
func elements(list string) (all []string, err error) {
	list = strings.TrimSpace(list)
	if !strings.HasPrefix(list, "[") || !strings.HasSuffix(list, "]") || len(list) < 2 {
		return nil, errors.New("no list")
	}
	depth, quote, from, body := 0, rune(0), 0, list[1:len(list)-1]
	for i, c := range body + "," {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("[{", c):
			depth++
		case strings.ContainsRune("]}", c):
			depth--
		case c == ',' && depth == 0:
			if e := strings.TrimSpace(body[from:i]); e != "" {
				all = append(all, e)
			}
			from = i + 1
		}
	}
	if depth != 0 || quote != 0 {
		return nil, errors.New("brackets that do not match")
	}
	return all, nil
}
