package zoo

import (
	"fmt"
	"strings"
	"testing"
)

// TestRead checks that scalars are read as PyYAML's safe_load reads them, and that aliases and merge
// keys are resolved by https://yaml.org/type/merge.html.
func TestRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"e: {a: !!float 1e5, b: !!float 20000, c: !!int 3, d: !!str 3, f: 1_000, g: .0}", "{a: 100000, b: 20000, c: 3, d: \"3\", f: 1000, g: 0}"},
		{"e: {a: yes, b: Off, c: True, d: 'yes', f: n, g: FALSE}", "{a: true, b: false, c: true, d: \"yes\", f: n, g: false}"},
		{"e: {a: , b: ~, c: null, d: 'null', f: !!null ''}", "{a: null, b: null, c: null, d: \"null\", f: null}"},
		{"e: {a: 1e-3, b: 2.5e-4, c: lin_2.5e-4, d: 010, f: .inf, g: 1:30}", "{a: 0.001, b: 0.00025, c: lin_2.5e-4, d: \"010\", f: \".inf\", g: \"1:30\"}"},
		{"x: &x {a: 1, b: 2}\ne:\n  <<: *x\n  b: 3\n  c: 4\n", "{a: 1, b: 3, c: 4}"},
		{"x: &x {a: 1, b: 2}\ne:\n  b: 3\n  <<: *x\n", "{a: 1, b: 3}"},
		{"x: &x {a: 1}\ny: &y {a: 2, b: 2}\ne: {<<: [*x, *y]}\n", "{a: 1, b: 2}"},
		{"x: &x {a: 1}\ny: &y {<<: *x, b: 2}\ne: {<<: *y, c: 3}\n", "{a: 1, b: 2, c: 3}"},
		{"e: {a: &a [1, 2], b: *a}", "{a: [1, 2], b: [1, 2]}"},
		{"x: &x {a: 1}\ne: *x\n", "{a: 1}"},
		{"e: {\"<<\": 1}", "{\"<<\": 1}"},
	} {
		d, err := parse("f.yml", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.read("e"); err != nil || got.String() != c.want {
			t.Errorf("read(%q) = %v, %v, want %s", c.text, got, err, c.want)
		}
	}
}

// bomb returns a file with an entry of nested aliases that expand to 10⁹ values.
func bomb() string {
	text := "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for i := range 9 {
		text += fmt.Sprintf("x%d: &x%[1]d [%s]\n", i+1, strings.Repeat(fmt.Sprintf("*x%d, ", i), 10))
	}
	return text + "e: {a: *x9}\n"
}

// TestReadFaults checks that each error names the line.
func TestReadFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"- 1", "f.yml:1: want a mapping"},
		{"", "f.yml:1"},
		{"a: [", "f.yml:2: not YAML"},
		{"e: {}\n---\ne: {}\n", "a second document"},
		{"a: {}", `f.yml: no entry "e"`},
		{"e: 5", "f.yml:1: e: want a mapping"},
		{"e: {}\ne: {}\n", "f.yml:2: e: a second time"},
		{"e:\n  a: 1\n  a: 2\n", "f.yml:3: a: a second time"},
		{"e:\n  [a]: 2\n", "f.yml:2: want a plain key"},
		{"e:\n  <<: 5\n", "f.yml:2: <<: want a mapping, or a list of mappings"},
		{"e:\n  <<: [{a: 1}, 5]\n", "f.yml:2: <<: want a mapping, or a list of mappings"},
		{"e:\n  a: !!float x\n", `f.yml:2: "x", want a number`},
		{"e:\n  a: !!bool 7\n", `f.yml:2: "7", want true or false`},
		{"e:\n  a: !!python/object/apply:os.system ['rm']\n", "f.yml:2: the tag !!python/object/apply:os.system is code"},
		{"e:\n  a: !!python/name:os.system x\n", "f.yml:2: the tag !!python/name:os.system is code"},
		{"e:\n  a: !foo {}\n", "f.yml:2: the tag !foo is code"},
		{"e:\n  a: &a [*a]\n", "f.yml:2: aliases expand to more than 10000 values"},
		{"e: &e\n  a: 1\n  <<: *e\n", "aliases expand to more than 10000 values"},
		{bomb(), "aliases expand to more than 10000 values"},
		{"e: {a: " + strings.Repeat("[", 50) + strings.Repeat("]", 50) + "}", "to a depth of more than 40"},
	} {
		d, err := parse("f.yml", []byte(c.text))
		if err == nil {
			_, err = d.read("e")
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("read(%.60q): %v, want %q in one line", c.text, err, c.want)
		}
	}
}
