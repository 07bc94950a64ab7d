package zoo

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A kind is the type of a value.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	class // a name of Python's, as nn.ReLU
	list
	dict
)

// A value is data: of a YAML file, of a Python literal, or of the scenario.
type value struct {
	kind   kind
	on     bool     // of a boolean
	number float64  // of a number
	text   string   // of a text or a class
	keys   []string // of a dict, in order
	items  []value  // of a list, or a dict's values
	line   int      // of the zoo's file; 0 if the value is not from it
}

func booleanOf(on bool) value     { return value{kind: boolean, on: on} }
func numberOf(x float64) value    { return value{kind: number, number: x} }
func textOf(s string) value       { return value{kind: text, text: s} }
func listOf(items ...value) value { return value{kind: list, items: items} }

// entryOf returns a dict of one key.
func entryOf(key string, v value) value {
	return value{kind: dict, keys: []string{key}, items: []value{v}, line: v.line}
}

// at returns the value of a key in a dict.
func (v value) at(key string) (value, bool) {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i], true
	}
	return value{}, false
}

// set gives a key in a dict a value. A new key becomes the last.
func (v *value) set(key string, item value) {
	if i := slices.Index(v.keys, key); i >= 0 {
		v.items[i] = item
		return
	}
	v.keys, v.items = append(v.keys, key), append(v.items, item)
}

// without returns a dict without some of its keys.
func (v value) without(keys ...string) value {
	rest := value{kind: dict, line: v.line}
	for i, key := range v.keys {
		if !slices.Contains(keys, key) {
			rest.set(key, v.items[i])
		}
	}
	return rest
}

// is reports whether v is a boolean, and has the truth value on.
func (v value) is(on bool) bool { return v.kind == boolean && v.on == on }

// equals reports whether v is the number x.
func (v value) equals(x float64) bool { return v.kind == number && v.number == x }

// String returns v in YAML's flow syntax, in one line.
func (v value) String() string {
	switch v.kind {
	case boolean:
		return strconv.FormatBool(v.on)
	case number:
		return formatNumber(v.number)
	case text, class:
		return scalar(v.text)
	case list:
		parts := make([]string, len(v.items))
		for i, item := range v.items {
			parts[i] = item.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case dict:
		parts := make([]string, len(v.keys))
		for i, key := range v.keys {
			parts[i] = scalar(key) + ": " + v.items[i].String()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "null"
}

// formatNumber writes whole numbers without an exponent, others in their shortest form.
func formatNumber(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// plainForm matches texts that stand in YAML without quotes.
var plainForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

// scalar writes a text, in quotes if it would be read as something else without.
func scalar(s string) string {
	if _, ok := truth(s); ok || isNull(s) || !plainForm.MatchString(s) {
		return strconv.Quote(s)
	}
	return s
}

// numberForm matches decimal numbers, as YAML 1.1 and Python write them. A whole number
// does not begin with 0: Python refuses that, and YAML 1.1 reads it as octal.
var numberForm = regexp.MustCompile(`^[-+]?(?:(?:0|[1-9][0-9_]*)|(?:[0-9][0-9_]*)?\.[0-9][0-9_]*|[0-9][0-9_]*\.|[0-9][0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*[eE][-+]?[0-9]+)$`)

// parseNumber reads a finite decimal number.
func parseNumber(s string) (float64, bool) {
	if !numberForm.MatchString(s) {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return x, err == nil
}

// truth reads a word that YAML 1.1 takes for true or false. As in PyYAML, y and n are texts.
func truth(s string) (on, ok bool) {
	for i, words := range [2]string{"no false off", "yes true on"} {
		for word := range strings.FieldsSeq(words) {
			if s == word || s == strings.ToUpper(word) || s == strings.ToUpper(word[:1])+word[1:] {
				return i == 1, true
			}
		}
	}
	return false, false
}

// isNull reports whether YAML reads a plain scalar as null.
func isNull(s string) bool {
	return s == "" || s == "~" || s == "null" || s == "Null" || s == "NULL"
}
