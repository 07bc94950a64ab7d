package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxRuns is the largest number of runs of a sweep.
const maxRuns = 10_000

// combinations returns every combination of values of the settings KEY=[a, b, …]. A combination
// is a list of assignments KEY=VALUE, one for each setting.
func combinations(sweeps []string) ([][]string, error) {
	all := [][]string{nil}
	for i, s := range sweeps {
		key, list, ok := strings.Cut(s, "=")
		values, err := elements(list)
		if !ok || key == "" || err != nil || len(values) == 0 {
			return nil, fmt.Errorf("--sweep %s: want KEY=[a, b, …]", s)
		}
		if slices.ContainsFunc(sweeps[:i], func(other string) bool { return strings.HasPrefix(other, key+"=") }) {
			return nil, fmt.Errorf("--sweep %s: %s has another --sweep; want all its values in one", s, key)
		}
		if len(all)*len(values) > maxRuns {
			return nil, fmt.Errorf("--sweep %s: this makes %d combinations, want at most %d", s, len(all)*len(values), maxRuns)
		}
		for i, v := range values {
			if slices.Contains(values[:i], v) {
				return nil, fmt.Errorf("--sweep %s: %s occurs twice; want different values", s, v)
			}
		}
		var longer [][]string
		for _, combination := range all {
			for _, v := range values {
				longer = append(longer, append(combination[:len(combination):len(combination)], key+"="+v))
			}
		}
		all = longer
	}
	return all, nil
}

// short returns the text of a combination with short keys: gamma=0.9 for agent.gamma=0.9. A key
// keeps as many of its last words as are needed to distinguish it from the other keys.
func short(combination []string) string {
	keys, all := make([][]string, len(combination)), make([]string, len(combination))
	for i, assignment := range combination {
		key, _, _ := strings.Cut(assignment, "=")
		keys[i] = strings.Split(key, ".")
	}
	for i, assignment := range combination {
		_, value, _ := strings.Cut(assignment, "=")
		for n := 1; n <= len(keys[i]); n++ {
			last := keys[i][len(keys[i])-n:]
			matching := 0
			for _, key := range keys {
				if len(key) >= n && slices.Equal(key[len(key)-n:], last) {
					matching++
				}
			}
			if all[i] = strings.Join(last, ".") + "=" + value; matching == 1 {
				break
			}
		}
	}
	return strings.Join(all, ", ")
}

// elements returns the elements of a list in YAML's flow syntax. It splits the list at the commas
// outside of inner brackets and quotes.
func elements(list string) (all []string, err error) {
	list = strings.TrimSpace(list)
	if !strings.HasPrefix(list, "[") || !strings.HasSuffix(list, "]") || len(list) < 2 {
		return nil, errors.New("not a list")
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
