package main

import (
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// TestInterleaved checks that the instructions of the parts alternate, and that parts of
// different lengths are an error.
func TestInterleaved(t *testing.T) {
	for _, c := range []struct{ parts, want string }{
		{"a|b", "a b"},
		{"ace|bdf", "a b c d e f"},
		{"ad|be|cf", "a b c d e f"},
		{"ab|c", "error"},
	} {
		ctx := build.NewContext()
		ctx.Function("f")
		names := map[reg.Register]string{}
		for _, part := range strings.Split(c.parts, "|") {
			ctx.Comment(partBegins)
			for _, name := range part {
				v := ctx.YMM()
				names[v] = string(name)
				ctx.VADDPS(v, v, v)
			}
		}
		ctx.Comment(partsEnd)
		file, err := ctx.Result()
		if err != nil {
			t.Fatal(err)
		}
		f, got := file.Functions()[0], []string{"error"}
		if interleaved(f) == nil {
			got = nil
			for _, i := range f.Instructions() {
				got = append(got, names[i.Operands[0].(reg.Register)])
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("interleaved(%s) = %s, want %s", c.parts, s, c.want)
		}
	}
}
