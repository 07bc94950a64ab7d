package zoo

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rlrun/rlrun/internal/nearest"
)

// A literalFault is the part of a Python literal that is not a plain value.
type literalFault struct {
	word string // the offending word; "" at the end of the text
	at   int    // its offset in the text, in bytes
	why  string
}

// Error names the offending word.
func (f *literalFault) Error() string {
	if f.word == "" {
		return "the text ends too early; want a value, for example dict(net_arch=[64, 64])"
	}
	word := f.word
	if r := []rune(word); len(r) > maxWord {
		word = string(r[:maxWord]) + "…"
	}
	return fmt.Sprintf("%q %s", word, f.why)
}

// maxWord is the largest length of a word in a message, in characters.
const maxWord = 60

// Reasons of a literalFault.
const (
	isCode      = "is code, and rlrun never runs code from a file; want plain values, for example dict(net_arch=[64, 64], activation_fn=nn.ReLU)"
	isMisplaced = "is in the wrong place; want plain values, for example dict(net_arch=[64, 64], activation_fn=nn.ReLU)"
	isTwice     = "occurs a second time; want each key once"
	isTooMuch   = "begins too many values, or values nested too deep; want fewer"
)

// parseLiteral parses a Python literal as data: dict(…), {…}, […], (…), numbers, strings,
// True, False, None, and the names in known. It evaluates nothing: an operator, a call or any
// other name is a *literalFault.
func parseLiteral(text string, known []string) (value, error) {
	p := literalParser{text: text, known: known, left: maxValues}
	v, err := p.value(0)
	if err == nil && p.peek() != 0 {
		err = p.fault(isMisplaced)
	}
	if err != nil {
		return value{}, err
	}
	return v, nil
}

// A literalParser parses a text from left to right.
type literalParser struct {
	text  string
	at    int      // offset of the next byte
	known []string // names that the text may contain
	left  int      // number of values that may still be read
}

// peek skips spaces and returns the next byte, or 0 at the end of the text.
func (p *literalParser) peek() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return max(p.text[p.at], 1) // a byte 0 in the text must not look like its end
}

// accept skips the byte b if it is next.
func (p *literalParser) accept(b byte) bool {
	if p.peek() != b {
		return false
	}
	p.at++
	return true
}

// fault returns an error about the next word. If the word is an operator or a keyword, the reason is
// always isCode.
func (p *literalParser) fault(why string) error {
	p.peek()
	word := p.word(p.at)
	if slices.Contains(strings.Fields("lambda for if else and or not in is import await yield"), word) || strings.ContainsAny(word, "+-*/%@&|^~<>!") {
		why = isCode
	}
	return &literalFault{word, p.at, why}
}

// word returns the word at an offset: a name or number with dots, a sequence of operators, or a
// single character.
func (p *literalParser) word(at int) string {
	rest := p.text[at:]
	isName := func(c rune) bool { return letter(c) || '0' <= c && c <= '9' || c == '.' }
	isOperator := func(c rune) bool { return strings.ContainsRune("+-*/%@&|^~<>=!", c) }
	for _, isPart := range []func(rune) bool{isName, isOperator} {
		if n := strings.IndexFunc(rest, func(c rune) bool { return !isPart(c) }); n > 0 {
			return rest[:n]
		} else if n < 0 {
			return rest
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	return rest[:n]
}

// letter reports whether c may begin a name.
func letter(c rune) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// value parses one value.
func (p *literalParser) value(depth int) (value, error) {
	if p.left--; p.left < 0 || depth > maxDepth {
		return value{}, p.fault(isTooMuch)
	}
	switch c := p.peek(); {
	case c == '[':
		p.at++
		v, _, err := p.list(']', depth)
		return v, err
	case c == '(':
		p.at++
		v, comma, err := p.list(')', depth)
		if err == nil && len(v.items) == 1 && !comma {
			return v.items[0], nil // (x) is the value x, and (x,) is a tuple
		}
		return v, err
	case c == '{':
		p.at++
		return p.dict('}', ':', depth)
	case c == '\'' || c == '"':
		s, err := p.quoted()
		return textOf(s), err
	case letter(rune(c)):
		return p.name(depth)
	case '0' <= c && c <= '9' || c == '.' || c == '-' || c == '+':
		return p.number()
	}
	return value{}, p.fault(isMisplaced)
}

// list parses values up to the closing bracket. It reports whether there is a comma before the
// bracket.
func (p *literalParser) list(end byte, depth int) (v value, comma bool, err error) {
	v.kind = list
	for comma = true; !p.accept(end); {
		if !comma {
			return v, false, p.fault(isMisplaced)
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return v, false, err
		}
		v.items = append(v.items, item)
		comma = p.accept(',')
	}
	return v, comma && len(v.items) > 0, nil
}

// dict parses keys and values up to the closing bracket: {'a': 1} or dict(a=1). The byte separator is
// between a key and its value.
func (p *literalParser) dict(end, separator byte, depth int) (value, error) {
	v := value{kind: dict}
	for comma := true; !p.accept(end); comma = p.accept(',') {
		if !comma {
			return v, p.fault(isMisplaced)
		}
		start := p.at
		key, err := p.key(separator)
		if err != nil {
			return v, err
		}
		if _, twice := v.at(key); twice {
			return v, &literalFault{key, start, isTwice}
		}
		if !p.accept(separator) {
			return v, p.fault(isMisplaced)
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.set(key, item)
	}
	return v, nil
}

// key parses a key of a dict: a string if the separator is a colon, and a name if it is an equals sign.
func (p *literalParser) key(separator byte) (string, error) {
	c := p.peek()
	if separator == ':' {
		if c != '\'' && c != '"' {
			return "", p.fault(isMisplaced)
		}
		return p.quoted()
	}
	if word := p.word(p.at); letter(rune(c)) && !strings.Contains(word, ".") {
		p.at += len(word)
		return word, nil
	}
	return "", p.fault(isMisplaced)
}

// name parses True, False, None, a known name, or dict(…).
func (p *literalParser) name(depth int) (value, error) {
	start, word := p.at, p.word(p.at)
	p.at += len(word)
	switch next := p.peek(); {
	case word == "dict" && next == '(':
		p.at++
		return p.dict(')', '=', depth)
	case next == '(', next == '[', next == '\'' && p.at == start+len(word), next == '"' && p.at == start+len(word):
		return value{}, &literalFault{word + string(rune(next)), start, isCode}
	case word == "True", word == "False":
		return booleanOf(word == "True"), nil
	case word == "None":
		return value{}, nil
	case slices.Contains(p.known, word):
		return value{kind: class, text: word}, nil
	}
	p.at = start
	return value{}, p.fault("is an unknown name" + nearest.Hint(word, slices.Values(p.known)))
}

// number parses a number with its sign.
func (p *literalParser) number() (value, error) {
	start := p.at
	if c := p.text[p.at]; c == '-' || c == '+' {
		p.at++
	}
	for p.at < len(p.text) {
		c, before := p.text[p.at], p.text[max(p.at-1, start)]
		sign := (c == '-' || c == '+') && (before == 'e' || before == 'E')
		if !sign && c != '.' && !('0' <= c && c <= '9') && !letter(rune(c)) {
			break
		}
		p.at++
	}
	x, ok := parseNumber(p.text[start:p.at])
	if !ok {
		word := p.text[start:p.at]
		if p.at == start+1 { // a single sign, which is an operator
			p.at = start
			return value{}, p.fault(isCode)
		}
		return value{}, &literalFault{word, start, "is not a decimal number"}
	}
	return numberOf(x), nil
}

// quoted parses a string in quotes.
func (p *literalParser) quoted() (string, error) {
	start, quote := p.at, p.text[p.at]
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == quote:
			p.at++
			if next := p.peek(); next == '\'' || next == '"' {
				return "", p.fault(isMisplaced) // Python would join two adjacent strings
			}
			return b.String(), nil
		case c == '\\':
			p.at++
			i := -1
			if p.at < len(p.text) {
				i = strings.IndexByte(`\'"nt`, p.text[p.at])
			}
			if i < 0 {
				return "", &literalFault{p.text[p.at-1 : min(p.at+1, len(p.text))], p.at - 1, `is not one of \\ \' \" \n \t`}
			}
			b.WriteByte("\\'\"\n\t"[i])
		case c < ' ' && c != '\t':
			return "", &literalFault{p.text[start:p.at], start, "is a string that does not end on its line; want a closing quote"}
		default:
			b.WriteByte(c)
		}
	}
	return "", &literalFault{p.text[start:], start, "is a string without a closing quote; want one"}
}
