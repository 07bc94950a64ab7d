package f32

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

// TestChoose checks that choose returns the kernels with the given name, and the fastest kernels
// without a name. For an unknown name, it must return an error that lists the known names.
func TestChoose(t *testing.T) {
	have := available()
	for _, k := range have {
		if got, err := choose(k.name, have, io.Discard); got != k || err != nil {
			t.Errorf("choose(%q) = %s, %v, want %s", k.name, got.name, err, k.name)
		}
	}
	best := have[len(have)-1]
	if got, err := choose("", have, io.Discard); got != best || err != nil {
		t.Errorf("choose without a name = %s, %v, want %s", got.name, err, best.name)
	}
	if got, err := choose("sse9", have, io.Discard); got != best || err == nil || !strings.Contains(err.Error(), `"sse9"`) || !strings.Contains(err.Error(), "generic") {
		t.Errorf("choose of an unknown name = %s, %v, want %s and an error with the known names", got.name, err, best.name)
	}
}

// TestChooseCorrect checks that choose does not return kernels with wrong results, and that it
// writes a line for each of these kernels.
func TestChooseCorrect(t *testing.T) {
	good, wrong, worse := generic, generic, generic
	good.name, wrong.name, worse.name = "good", "wrong", "worse"
	wrong.activate[TanhAct] = func(dst, x []float32) { generic.activate[TanhAct](dst, x); dst[len(dst)-1] += 1e-3 }
	worse.sum = func(x []float32) float64 { return sumGeneric(x[:len(x)-1]) }
	for name, c := range map[string]struct {
		have []*kernels
		want string
		says []string // parts of the lines that choose writes
	}{
		"":      {[]*kernels{&generic, &good, &wrong, &worse}, "good", []string{"worse kernels are not used: sum has ", "wrong kernels are not used: tanh has "}},
		"worse": {[]*kernels{&generic, &worse}, "generic", []string{"worse kernels are not used: sum has "}},
		"wrong": {[]*kernels{&generic, &good, &wrong, &worse}, "good", []string{"wrong kernels are not used: tanh has "}},
		"good":  {[]*kernels{&generic, &good, &wrong}, "good", nil},
	} {
		var said strings.Builder
		got, err := choose(name, c.have, &said)
		if got.name != c.want || err != nil || strings.Count(said.String(), "\n") != len(c.says) {
			t.Errorf("choose(%q) = %s, %v and says %q, want %s and %d lines", name, got.name, err, said.String(), c.want, len(c.says))
		}
		for _, want := range c.says {
			if !strings.Contains(said.String(), want) {
				t.Errorf("choose(%q) says %q, want %q in it", name, said.String(), want)
			}
		}
	}
}

// TestEveryLoopIsChecked checks that disagreement finds every wrong loop. In each case, it
// replaces one loop by a function that does nothing.
func TestEveryLoopIsChecked(t *testing.T) {
	if d := generic.disagreement(); d != "" {
		t.Errorf("the generic kernels disagree with themselves: %s", d)
	}
	count := 0
	replace := func(broken *kernels, name string, loop reflect.Value) {
		count++
		loop = reflect.NewAt(loop.Type(), unsafe.Pointer(loop.UnsafeAddr())).Elem() // reflect can set an unexported field only in this way
		loop.Set(reflect.MakeFunc(loop.Type(), func([]reflect.Value) (zeros []reflect.Value) {
			for i := range loop.Type().NumOut() {
				zeros = append(zeros, reflect.Zero(loop.Type().Out(i)))
			}
			return zeros
		}))
		if broken.disagreement() == "" {
			t.Errorf("kernels whose %s does nothing agree with the generic kernels", name)
		}
	}
	for f := range reflect.TypeFor[kernels]().Fields() {
		switch f.Type.Kind() {
		case reflect.Func:
			broken := generic
			replace(&broken, f.Name, reflect.ValueOf(&broken).Elem().FieldByIndex(f.Index))
		case reflect.Array:
			for i := range f.Type.Len() {
				broken := generic
				if loop := reflect.ValueOf(&broken).Elem().FieldByIndex(f.Index).Index(i); !loop.IsNil() {
					replace(&broken, f.Name, loop)
				}
			}
		}
	}
	if count < 30 {
		t.Errorf("%d loops were replaced, want 30 at least", count)
	}
}

// BenchmarkCheck measures the check of the kernels when a program starts.
func BenchmarkCheck(b *testing.B) {
	best := available()[len(available())-1]
	for b.Loop() {
		best.disagreement()
	}
}
