package zoo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
)

// TestParseLiteral checks that values are parsed as Python's ast.literal_eval evaluates them, and
// dict(…) and names as the zoo's eval evaluates them.
func TestParseLiteral(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"dict()", "{}"},
		{"dict(log_std_init=-2, net_arch=[64, 64], activation_fn=nn.ReLU)", "{log_std_init: -2, net_arch: [64, 64], activation_fn: nn.ReLU}"},
		{"dict(\n  net_arch=dict(pi=[256, 256], vf=[256, 256]),\n)", "{net_arch: {pi: [256, 256], vf: [256, 256]}}"},
		{"dict(optimizer_class=RMSpropTFLike, optimizer_kwargs=dict(eps=1e-5))", "{optimizer_class: RMSpropTFLike, optimizer_kwargs: {eps: 1e-05}}"},
		{"{'norm_obs': False, \"norm_reward\": True}", "{norm_obs: false, norm_reward: true}"},
		{"{}", "{}"},
		{"[]", "[]"},
		{"()", "[]"},
		{"(1)", "1"},
		{"(1,)", "[1]"},
		{"(1, 2,)", "[1, 2]"},
		{"[1, [2, (3, 4)], ]", "[1, [2, [3, 4]]]"},
		{"None", "null"},
		{" th.nn.Tanh ", "th.nn.Tanh"},
		{"th.optim.Adam", "th.optim.Adam"},
		{"HerReplayBuffer", "HerReplayBuffer"},
		{"'it\\'s \\\\ \\\"so\\\"\\n'", `"it's \\ \"so\"\n"`},
		{`"auto"`, "auto"},
		{`'yes'`, `"yes"`},
		{`''`, `""`},
		{"0", "0"},
		{"-0.5", "-0.5"},
		{"+3", "3"},
		{"1_000_000", "1000000"},
		{".5", "0.5"},
		{"5.", "5"},
		{"2.5e-4", "0.00025"},
		{"1E+3", "1000"},
		{"1e-4", "0.0001"},
	} {
		got, err := parseLiteral(c.text, classNames())
		if err != nil || got.String() != c.want {
			t.Errorf("parseLiteral(%q) = %v, %v, want %s", c.text, got, err, c.want)
		}
	}
}

// TestParseLiteralFaults checks that each error names the offending word.
func TestParseLiteralFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the text ends too early"},
		{"dict(", "the text ends too early"},
		{"[1", "the text ends too early"},
		{"dict(a", "the text ends too early"},
		{"dict(a=", "the text ends too early"},
		{"{'a'", "the text ends too early"},
		{"[1 2]", `"2" is in the wrong place`},
		{"[,]", `"," is in the wrong place`},
		{"[1,,2]", `"," is in the wrong place`},
		{"dict(a=1 b=2)", `"b" is in the wrong place`},
		{"dict(1)", `"1" is in the wrong place`},
		{"dict(**x)", `"**" is code`},
		{"dict(*x)", `"*" is code`},
		{"dict(a.b=1)", `"a.b" is in the wrong place`},
		{"dict(a==1)", `"=" is in the wrong place`},
		{"1 == 1", `"==" is in the wrong place`},
		{"dict(a=1, a=2)", `"a" occurs a second time`},
		{"{'a': 1, 'a': 2}", `"a" occurs a second time`},
		{"{1: 2}", `"1" is in the wrong place`},
		{"{'a', 'b'}", `"," is in the wrong place`},
		{"1 2", `"2" is in the wrong place`},
		{"1)", `")" is in the wrong place`},
		{"2**8", `"**" is code`},
		{"1/3", `"/" is code`},
		{"[64] * 2", `"*" is code`},
		{"1 - 2", `"-" is code`},
		{"- 2", `"-" is code`},
		{"not True", `"not" is code`},
		{"lambda x: x", `"lambda" is code`},
		{"[x for x in y]", `"x" is an unknown name`},
		{"[1 for x in y]", `"for" is code`},
		{"1 if True else 2", `"if" is code`},
		{"nn.ReLU()", `"nn.ReLU(" is code`},
		{"dict(a=float('inf'))", `"float(" is code`},
		{"__import__('os').system('rm')", `"__import__(" is code`},
		{"dict(a=os.system)", `"os.system" is an unknown name`},
		{"nn.Relu", "\"nn.Relu\" is an unknown name; the nearest is nn.ReLU"},
		{"nn.ReLU.__class__", `"nn.ReLU.__class__" is an unknown name`},
		{"nn.ReLU[0]", `"nn.ReLU[" is code`},
		{"dict", `"dict" is an unknown name`},
		{"f'{x}'", `"f'" is code`},
		{"b'x'", `"b'" is code`},
		{"'a' 'b'", `"'" is in the wrong place`},
		{"'" + strings.Repeat("a", 100), `…" is a string without a closing quote`},
		{"'a", `"'a" is a string without a closing quote`},
		{"'a\nb'", `"'a" is a string that does not end on its line`},
		{`'\x41'`, `"\\x" is not one of`},
		{`'\`, `"\\" is not one of`},
		{"0x10", `"0x10" is not a decimal number`},
		{"010", `"010" is not a decimal number`},
		{"1j", `"1j" is not a decimal number`},
		{"1.2.3", `"1.2.3" is not a decimal number`},
		{"1e999", `"1e999" is not a decimal number`},
		{"...", `"..." is not a decimal number`},
		{"@", `"@" is code`},
		{"ü", `"ü" is in the wrong place`},
		{"[1; 2]", `";" is in the wrong place`},
		{"\x00", `"\x00" is in the wrong place`},
		{strings.Repeat("[", 100), "begins too many values, or values nested too deep"},
		{strings.Repeat("(", 100_000), "begins too many values, or values nested too deep"},
		{"[" + strings.Repeat("1,", 20_000) + "]", "begins too many values, or values nested too deep"},
	} {
		got, err := parseLiteral(c.text, classNames())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("parseLiteral(%.40q) = %v, %v, want %q", c.text, got, err, c.want)
		}
	}
}

// FuzzLiteral checks that every text gives a value that YAML can read, or a fault at an offset in the text.
func FuzzLiteral(f *testing.F) {
	for _, text := range []string{
		"dict(log_std_init=-2, net_arch=dict(pi=[256, 256], vf=[(1,)]), activation_fn=nn.ReLU)",
		"{'a': \"b\\n\", 'c': [None, True, .5, 1e-5]}", "[1 for x in y]", "2**8", "'", "dict(a=1", "\x80[", "nn.ReLU(", "-", "1_",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseLiteral(text, classNames())
		if fault, ok := err.(*literalFault); ok {
			if fault.at < 0 || fault.at > len(text) || !strings.HasPrefix(text[fault.at:], fault.word) && fault.why == isCode && !strings.ContainsAny(fault.word, "([") {
				t.Errorf("parseLiteral(%q): %q at %d, want a word of the text", text, fault.word, fault.at)
			}
			if !strings.Contains(fmt.Sprint(err), "want") && fault.word == "" {
				t.Errorf("parseLiteral(%q) = %v, want what would be right", text, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("parseLiteral(%q) = %v, want a literalFault", text, err)
		}
		if _, err := settings.Parse("f.yaml", []byte("a: "+v.String()+"\n")); err != nil {
			t.Errorf("parseLiteral(%q) = %s, which is not YAML: %v", text, v, err)
		}
	})
}
