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
	class // name of a Python class, for example nn.ReLU
	list
	dict
)

// A value is a value in a YAML file, in a Python literal, or in a scenario. The kind chooses the
// field that contains it.
type value struct {
	kind   kind
	on     bool     // boolean
	number float64  // number
	text   string   // text, or name of a class
	keys   []string // keys of a dict, in order
	items  []value  // elements of a list, or values of a dict
	line   int      // line in the zoo's file; 0 if the value is not from the file
}

// booleanOf, numberOf, textOf and listOf return a value of a Go value.
func booleanOf(on bool) value     { return value{kind: boolean, on: on} }
func numberOf(x float64) value    { return value{kind: number, number: x} }
func textOf(s string) value       { return value{kind: text, text: s} }
func listOf(items ...value) value { return value{kind: list, items: items} }

// entryOf returns a dict with one key.
func entryOf(key string, v value) value {
	return value{kind: dict, keys: []string{key}, items: []value{v}, line: v.line}
}

// at returns the value of a key of a dict.
func (v value) at(key string) (value, bool) {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i], true
	}
	return value{}, false
}

// atOr returns the value of a key of a dict, or usual if the dict lacks the key.
func (v value) atOr(key string, usual value) value {
	if item, ok := v.at(key); ok {
		return item
	}
	return usual
}

// set sets the value of a key of a dict. A new key becomes the last key.
func (v *value) set(key string, item value) {
	if i := slices.Index(v.keys, key); i >= 0 {
		v.items[i] = item
		return
	}
	v.keys, v.items = append(v.keys, key), append(v.items, item)
}

// without returns a copy of a dict without some of its keys.
func (v value) without(keys ...string) value {
	rest := value{kind: dict, line: v.line}
	for i, key := range v.keys {
		if !slices.Contains(keys, key) {
			rest.set(key, v.items[i])
		}
	}
	return rest
}

// is reports whether v is the boolean on.
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

// formatNumber returns the text of x: integers without an exponent, other numbers in their shortest
// form.
func formatNumber(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// plainForm matches texts that need no quotes in YAML.
var plainForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

// scalar returns a text in YAML, in quotes if YAML would read it as something else without quotes.
func scalar(s string) string {
	if _, ok := parseTruth(s); ok || isNull(s) || !plainForm.MatchString(s) {
		return strconv.Quote(s)
	}
	return s
}

// numberForm matches decimal numbers in the form of YAML 1.1 and Python. An integer must not begin
// with 0: Python refuses it, and YAML 1.1 reads it as octal.
var numberForm = regexp.MustCompile(`^[-+]?(?:(?:0|[1-9][0-9_]*)|(?:[0-9][0-9_]*)?\.[0-9][0-9_]*|[0-9][0-9_]*\.|[0-9][0-9_]*\.?[0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*[eE][-+]?[0-9]+)$`)

// parseNumber returns the finite decimal number that s contains.
func parseNumber(s string) (float64, bool) {
	if !numberForm.MatchString(s) {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return x, err == nil
}

// parseTruth returns the boolean of a word that means true or false in YAML 1.1. As in PyYAML, y and n
// are texts.
func parseTruth(s string) (on, ok bool) {
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
