package settings_test

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
)

// shade is a type that reads and writes its value as text with its own methods.
type shade string

func (s *shade) UnmarshalText(text []byte) error {
	if string(text) != "dark" && string(text) != "light" {
		return fmt.Errorf("%q, want dark or light", text)
	}
	*s = shade(text)
	return nil
}

func (s shade) MarshalText() ([]byte, error) { return []byte(s), nil }

// span is a type with three forms: 3, [3, 5] and {from: 3, to: 5}.
type span struct{ from, to int }

func (s *span) UnmarshalText(text []byte) (err error) {
	s.from = 0
	if s.to, err = strconv.Atoi(string(text)); err != nil {
		err = fmt.Errorf("%q, want the end", text)
	}
	return err
}

func (s *span) UnmarshalList(decode func(into any) error) error {
	var ends []int
	if err := decode(&ends); err != nil {
		return err
	}
	if len(ends) != 2 {
		return fmt.Errorf("%d numbers, want 2", len(ends))
	}
	s.from, s.to = ends[0], ends[1]
	return nil
}

// spanFields is the mapping form of span.
type spanFields struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

func (s *span) UnmarshalMapping(decode func(into any) error) error {
	f := spanFields{s.from, s.to}
	err := decode(&f)
	s.from, s.to = f.From, f.To
	return err
}

func (s span) MarshalSetting() any {
	switch {
	case s.from == 0:
		return s.to
	case s.from < s.to:
		return []any{s.from, s.to}
	}
	return spanFields{s.from, s.to}
}

// inner has nested settings.
type inner struct {
	Sizes []int `yaml:"sizes"`
}

// config has a field of every type that Decode sets.
type config struct {
	Rate   float32         `yaml:"rate"`
	Count  int             `yaml:"count"`
	Seed   uint64          `yaml:"seed"`
	Loud   bool            `yaml:"loud"`
	Name   string          `yaml:"name"`
	Shade  shade           `yaml:"shade"`
	Span   span            `yaml:"span"`
	Limit  *float32        `yaml:"limit"`
	Inner  inner           `yaml:"inner"`
	Spans  map[string]span `yaml:"spans"`
	Raw    settings.Node   `yaml:"raw"`
	Hidden int             `yaml:"-"`
	None   int
}

// defaults returns a config with default values.
func defaults() config {
	return config{Rate: 0.5, Count: 3, Name: "x", Shade: "dark", Inner: inner{[]int{1, 2}}, Spans: map[string]span{}, Hidden: 7}
}

// read decodes a document, after the assignments in sets, into the default config.
func read(text string, sets ...string) (config, error) {
	c := defaults()
	t, err := settings.Parse("f.yaml", []byte(text))
	if err != nil {
		return c, err
	}
	for _, s := range sets {
		if err := t.Set(s, "--set "+s); err != nil {
			return c, err
		}
	}
	return c, t.Root().Decode(&c)
}

// TestDecode checks valid documents and assignments.
func TestDecode(t *testing.T) {
	for _, tc := range []struct {
		text   string
		sets   []string
		change func(*config)
	}{
		{"{}", nil, func(c *config) {}},
		{"rate: 3e-4", nil, func(c *config) { c.Rate = 3e-4 }},
		{"rate: 2", nil, func(c *config) { c.Rate = 2 }},
		{"count: 1e6", nil, func(c *config) { c.Count = 1e6 }},
		{"count: -4\nseed: 9223372036854775807", nil, func(c *config) { c.Count, c.Seed = -4, 1<<63-1 }},
		{"loud: true\nname: \"5\"\nshade: light", nil, func(c *config) { c.Loud, c.Name, c.Shade = true, "5", "light" }},
		{"limit: 0.25", nil, func(c *config) { c.Limit = new(float32(0.25)) }},
		{"limit: null", nil, func(c *config) {}},
		{"inner: {sizes: [4, 5, 6]}", nil, func(c *config) { c.Inner.Sizes = []int{4, 5, 6} }},
		{"span: 4", nil, func(c *config) { c.Span = span{0, 4} }},
		{"span: [2, 4]", nil, func(c *config) { c.Span = span{2, 4} }},
		{"span: {from: 5, to: 4}", []string{"span.to=3"}, func(c *config) { c.Span = span{5, 3} }},
		{"spans: {a: 4, b: {from: 5, to: 3}}", nil, func(c *config) { c.Spans = map[string]span{"a": {0, 4}, "b": {5, 3}} }},
		{"spans: {a: 4}", []string{"spans={b: 5}"}, func(c *config) { c.Spans = map[string]span{"b": {0, 5}} }},
		{"rate: 1", []string{"rate=2"}, func(c *config) { c.Rate = 2 }},
		{"{}", []string{"inner.sizes=[7]", "name=a=b"}, func(c *config) { c.Inner.Sizes, c.Name = []int{7}, "a=b" }},
		{"inner: {sizes: [1]}", []string{"inner={sizes: [8, 9]}"}, func(c *config) { c.Inner.Sizes = []int{8, 9} }},
	} {
		want := defaults()
		tc.change(&want)
		if got, err := read(tc.text, tc.sets...); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Decode(%q, %q) = %+v, %v, want %+v", tc.text, tc.sets, got, err, want)
		}
	}
}

// TestFaults checks that every mistake gives an error of one line with the place, the key and
// what would be right.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		text string
		set  string
		want string
	}{
		{"rat: 1", "", "f.yaml:1:1: rat: unknown key; the nearest is rate"},
		{"a: 1\n", "", "f.yaml:1:1: a: unknown key"},
		{"inner:\n  sises: [1]", "", "f.yaml:2:3: inner.sises: unknown key; the nearest is sizes"},
		{"rate: 1\nrate: 2", "", "f.yaml:2:1: rate: a second time"},
		{"spans: {a: 4, a: 5}", "", "f.yaml:1:15: spans.a: a second time"},
		{"spans: {a: null}", "", "f.yaml:1:12: spans.a: no value, want a single value, or a list"},
		{"spans: {a: x}", "", `f.yaml:1:12: spans.a: "x", want the end`},
		{"spans: [4]", "", "f.yaml:1:8: spans: want a mapping, key: value"},
		{"spans: 4", "", "f.yaml:1:8: spans: want a mapping, key: value"},
		{"spans: {[a]: 4}", "", "want a plain key"},
		{"rate: fast", "", `f.yaml:1:7: rate: "fast", want a number`},
		{"rate: .nan", "", `f.yaml:1:7: rate: ".nan", want a number`},
		{"rate: 1e40", "", `rate: "1e40", want a number`},
		{"count: 1.5", "", `count: "1.5", want a whole number`},
		{"count: 99999999999999999999", "", fmt.Sprintf("want a whole number, no more than %d", math.MaxInt)},
		{"seed: -1", "", `seed: "-1", want a whole number, 0 or more`},
		{"loud: 1", "", `loud: "1", want true or false`},
		{"name: 5", "", `name: "5", want text`},
		{"name: null", "", "name: no value, want text"},
		{"rate:", "", "rate: no value, want a number"},
		{"shade: blue", "", `shade: "blue", want dark or light`},
		{"shade: [1]", "", "shade: want a single value"},
		{"shade: null", "", "shade: no value, want a single value"},
		{"span: x", "", `f.yaml:1:7: span: "x", want the end`},
		{"span: [1]", "", "f.yaml:1:7: span: 1 numbers, want 2"},
		{"span: [1, x]", "", `f.yaml:1:11: span[1]: "x", want a whole number`},
		{"span: {form: 1}", "", "f.yaml:1:8: span.form: unknown key; the nearest is from"},
		{"span: {from: 1, from: 2}", "", "f.yaml:1:17: span.from: a second time"},
		{"span: {from: null}", "", "f.yaml:1:14: span.from: no value, want a whole number"},
		{"span:", "", "span: no value, want a single value, or a list, as [a, b], or a mapping, key: value"},
		{"{}", "span.form=1", "span.form=1: span.form: unknown key; the nearest is from"},
		{"inner: 5", "", "inner: want a mapping"},
		{"inner: {sizes: 5}", "", "inner.sizes: want a list"},
		{"inner: {sizes: [1, x]}", "", `f.yaml:1:20: inner.sizes[1]: "x", want a whole number`},
		{"rate: &a 1\ncount: *a", "", "count: an alias"},
		{"<<: {rate: 1}", "", "want a plain key"},
		{"? [a]\n: 1", "", "want a plain key"},
		{"Hidden: 1", "", "Hidden: unknown key"},
		{"- 1", "", "f.yaml:1:1: want a mapping"},
		{"", "", "f.yaml:1"},
		{"{a: 1\n", "", "f.yaml:2: not YAML"},
		{"a: 1\n\tb: 2", "", "f.yaml:2: not YAML: the line begins with a tab, want spaces"},
		{"name: a: b", "", "f.yaml:1: not YAML: mapping values are not allowed"},
		{"", "", "f.yaml:1:1: the file is empty"},
		{"# nothing", "", "f.yaml:1:1: the file is empty"},
		{"inner:\n  sizes:\n  - #5", "", `inner.sizes[0]: no value, want a whole number; # starts a comment, so a text that begins with it needs quotes: "#5"`},
		{"rate: 1\n---\nrate: 2", "", "a second document"},
		{"rate: 1\n---\n[\n", "", "f.yaml:4: not YAML"},
		{"{}", "rat=1", "--set rat=1: rat: unknown key; the nearest is rate"},
		{"{}", "inner.sises=[1]", "inner.sises=[1]: inner.sises: unknown key; the nearest is sizes"},
		{"{}", "rate=fast", `rate=fast: rate: "fast", want a number`},
		{"{}", "rate=", `rate=`},
		{"{}", "rate", `--set rate: want KEY=VALUE`},
		{"{}", "=1", `want KEY=VALUE`},
		{"{}", "inner..sizes=[1]", "want KEY=VALUE"},
		{"{}", "rate={", "flow syntax"},
		{"{}", "name=a: b", "flow syntax"},
		{"rate: 1", "rate.x=1", "rate has no settings in it"},
	} {
		var sets []string
		if tc.set != "" {
			sets = append(sets, tc.set)
		}
		_, err := read(tc.text, sets...)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Decode(%q, %q): %v, want %q in one line", tc.text, tc.set, err, tc.want)
		}
	}
	if _, err := settings.Parse("big.yaml", make([]byte, 1<<20+1)); err == nil || !strings.Contains(err.Error(), "big.yaml") {
		t.Errorf("Parse of a file that is too large: %v", err)
	}
}

// TestNode checks the methods of a Node that Decode has left undecoded.
func TestNode(t *testing.T) {
	c, err := read("raw: {name: z, rate: 9, count: 8}")
	if err != nil {
		t.Fatal(err)
	}
	var name string
	if n, ok := c.Raw.At("name"); !ok || n.Decode(&name) != nil || name != "z" {
		t.Errorf("At(name) = %q", name)
	}
	if _, rest, err := c.Raw.Take("name"); err != nil || !reflect.DeepEqual(rest.Keys(), []string{"rate", "count"}) {
		t.Errorf("Take(name) leaves %v, want [rate count]; error %v", rest.Keys(), err)
	}
	if v, rest, err := c.Raw.Take("none"); err != nil || len(v.Keys()) != 0 || len(rest.Keys()) != 3 {
		t.Errorf("Take(none) = %v, leaves %v; error %v", v, rest.Keys(), err)
	}
	if twice, err := read("raw: {a: 1, a: 2}"); err != nil {
		t.Error(err)
	} else if _, _, err := twice.Raw.Take("a"); err == nil || err.Error() != "f.yaml:1:13: raw.a: a second time, want each key once" {
		t.Errorf("Take of a key that the mapping has twice: %v", err)
	}
	if err := c.Raw.DecodeFields(new(int)); err == nil || !strings.Contains(err.Error(), "raw.name: unknown key") {
		t.Errorf("DecodeFields of a value without fields: %v", err)
	}
	if err := c.Raw.Fault("no"); err.Error() != "f.yaml:1:6: raw: no" {
		t.Errorf("Fault = %v", err)
	}
	var empty settings.Node
	if _, ok := empty.At("x"); ok || empty.Decode(&c) != nil || empty.DecodeFields(3) != nil {
		t.Error("the zero Node is not an empty mapping")
	}
}

// TestEncode checks the YAML of every kind of value, and that Decode reads it back.
func TestEncode(t *testing.T) {
	c := defaults()
	c.Rate, c.Name, c.Limit, c.Span = 3e-4, "true", new(float32(0.1)), span{2, 4}
	c.Spans = map[string]span{"b": {0, 4}, "a": {2, 4}}
	text, err := settings.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `rate: 0.0003
count: 3
seed: 0
loud: false
name: "true"
shade: dark
span: [2, 4]
limit: 0.1
inner:
  sizes: [1, 2]
spans:
  a: [2, 4]
  b: 4
raw: {}
`
	if string(text) != want {
		t.Errorf("Encode =\n%swant\n%s", text, want)
	}
	got, err := read(string(text))
	got.Raw = settings.Node{}
	if err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("read back %+v, %v, want %+v", got, err, c)
	}
	forms, err := settings.Encode(settings.Map{{"a", span{0, 4}}, {"b", &span{5, 4}}})
	if err != nil || string(forms) != "a: 4\nb:\n  from: 5\n  to: 4\n" {
		t.Errorf("Encode of spans = %q, %v", forms, err)
	}
	maps, err := settings.Encode(map[string]any{"b": map[string]any{}, "a": []any{"x", map[string]any{"y": 1.5, "w": true}}})
	if err != nil || string(maps) != "a: [x, {w: true, y: 1.5}]\nb: {}\n" {
		t.Errorf("Encode of maps = %q, %v", maps, err)
	}
	m, err := settings.Encode(settings.Map{{"b", 1}, {"a", (*float32)(nil)}, {"c", settings.Map{}}})
	if err != nil || string(m) != "b: 1\na: null\nc: {}\n" {
		t.Errorf("Encode(Map) = %q, %v", m, err)
	}
	if _, err := settings.Encode(settings.Map{{"f", func() {}}}); err == nil {
		t.Error("Encode of a func: no error")
	}
}

// FuzzDecode checks that any document with any assignment gives an error of one line, or
// settings that are the same after they are written and read again.
func FuzzDecode(f *testing.F) {
	f.Add("rate: 3e-4\ninner: {sizes: [1]}\nraw: [a]", "inner.sizes=[7]")
	f.Add("a: &x [*x]", "b=*x")
	f.Add("spans: {a: 1, b: [2, 3]}", "spans.a=4")
	f.Add("span: [1, 2]", "span={from: 3}")
	f.Add("? {a: b}\n: !!binary x", "a.b.c={d: [e, {f: g}]}")
	f.Fuzz(func(t *testing.T, text, set string) {
		c, err := read(text, set)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(text+set, "\n") {
				t.Errorf("the error has several lines: %q", err)
			}
			return
		}
		c.Raw = settings.Node{}
		again, err := settings.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := read(string(again))
		back.Raw = settings.Node{}
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Errorf("%q was read as %+v, written as %q and read as %+v, %v", text, c, again, back, err)
		}
	})
}
