package state_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
)

type thing struct {
	src  rand.PCG
	x    [3]float32
	d    float64
	seed uint64
	n    int
	log  []float32
	on   bool
	mask [2]bool
	acts []int64
	seen []bool
}

func (t *thing) State(s *state.State) {
	s.PCG("rng", &t.src)
	s.Floats("x", t.x[:])
	s.Double("d", &t.d)
	s.Uint("seed", &t.seed)
	s.Int("n", &t.n, 1000)
	state.Slice(s, "log", &t.log, 100)
	s.Section("parts", 3)
	s.Bool("on", &t.on)
	s.Bools("mask", t.mask[:])
	state.Slice(s, "acts", &t.acts, 100)
	state.Slice(s, "seen", &t.seen, 100)
}

func saved(t testing.TB, s state.Stater) []byte {
	var b bytes.Buffer
	if err := state.Save(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	a := &thing{x: [3]float32{1, 2, 3}, d: 0.1, seed: 1 << 63, n: 7, log: []float32{4, 5}, on: true, mask: [2]bool{false, true}, acts: []int64{1 << 40}, seen: []bool{true, false, true}}
	a.src.Seed(3, 4)
	b := new(thing)
	if err := state.Load(bytes.NewReader(saved(t, a)), b); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(*b), fmt.Sprint(*a); got != want {
		t.Errorf("Load(Save(a)) = %s, want %s", got, want)
	}
}

// TestDamage flips every bit and cuts at every byte: each is an error, and none
// is seen only after the visit has begun.
func TestDamage(t *testing.T) {
	good := saved(t, &thing{log: []float32{1}})
	try := func(what string, data []byte) {
		got := thing{n: 42}
		if err := state.Load(bytes.NewReader(data), &got); err == nil {
			t.Errorf("%s: no error", what)
		} else if got.n != 42 || got.log != nil {
			t.Errorf("%s: visited before it was verified", what)
		}
	}
	for i := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		try(fmt.Sprint("bit ", i), bad)
	}
	for i := range good {
		try(fmt.Sprint("cut at ", i), good[:i])
	}
	try("appended", append(bytes.Clone(good), 0))
}

type hungry struct{ log []float32 }

func (h *hungry) State(s *state.State) { state.Slice(s, "log", &h.log, math.MaxInt) }

// seal makes a container that says it has so many bytes of fields.
func seal(length uint64, fields []byte) []byte {
	b := binary.LittleEndian.AppendUint64([]byte("RLSTATE\n"), 2)
	b = append(binary.LittleEndian.AppendUint64(b, length), fields...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// TestWide loads what an int of no width can count: each is refused with a sentence.
func TestWide(t *testing.T) {
	counter := binary.LittleEndian.AppendUint64([]byte("n\x00"), 1)
	counter = binary.LittleEndian.AppendUint64(counter, 1<<62)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"length": {seal(1<<62, nil), "state: it says that it has 4611686018427387904 bytes, more than the "},
		"count":  {seal(uint64(len(counter)), counter), fmt.Sprintf("state: \"n\" is 4611686018427387904, want 0 … %d", state.MaxCount)},
	} {
		if err := state.Load(bytes.NewReader(c.data), new(long)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Load of a %s of 2⁶² = %v, want %s", name, err, c.want)
		}
	}
}

type long struct{ n int }

func (l *long) State(s *state.State) { s.Int("n", &l.n, state.MaxCount) }

// A part is a section of some version.
type part struct {
	name    string
	version int
}

func (p part) State(s *state.State) { s.Section(p.name, p.version) }

// TestVersions refuses a container and a section of another version in a sentence that says
// which way to go.
func TestVersions(t *testing.T) {
	first, later := seal(0, nil), seal(0, nil)
	first[8], later[8] = 1, 3
	for _, c := range []struct {
		what string
		data []byte
		into part
		want string // "" for no error
	}{
		{"the same section", saved(t, part{"ppo", 2}), part{"ppo", 2}, ""},
		{"an earlier section", saved(t, part{"ppo", 1}), part{"ppo", 2},
			`state: its part "ppo" was written by an earlier version of rlrun; train again, or use that version`},
		{"a later section", saved(t, part{"ppo", 3}), part{"ppo", 2}, `state: its part "ppo" was written by a later version of rlrun; want that version`},
		{"another section", saved(t, part{"a2c", 2}), part{"ppo", 2}, "state: saved with other settings or by another version"},
		{"an earlier container", first, part{"ppo", 2}, "state: it was written by an earlier version of rlrun; train again, or use that version"},
		{"a later container", later, part{"ppo", 2}, "state: it was written by a later version of rlrun; want that version"},
	} {
		err := state.Load(bytes.NewReader(c.data), c.into)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Load of %s = %v, want %s", c.what, err, c.want)
		}
	}
}

// TestLayout has the bytes of a container, which are the same on every processor.
func TestLayout(t *testing.T) {
	want := "RLSTATE\n" + // magic
		"\x02\x00\x00\x00\x00\x00\x00\x00" + // version
		"\x12\x00\x00\x00\x00\x00\x00\x00" + // bytes of fields
		"n\x00\x01\x00\x00\x00\x00\x00\x00\x00" + // the name, and how many numbers it has
		"\x07\x00\x00\x00\x00\x00\x00\x00" // the number, in 64 bits
	if got := saved(t, &long{7}); string(got[:len(got)-4]) != want {
		t.Errorf("Save of a count of 7 = %q, want %q", got[:len(got)-4], want)
	}
}

// TestHostile loads lengths, with a right checksum, that the data do not back.
func TestHostile(t *testing.T) {
	fields := append([]byte("log/len\x00"), 1, 0, 0, 0, 0, 0, 0, 0)
	fields = binary.LittleEndian.AppendUint64(fields, 1<<39)
	for name, data := range map[string][]byte{
		"container": seal(1<<39, fields),
		"field":     seal(uint64(len(fields)), fields),
	} {
		t.Run(name, func(t *testing.T) {
			if err := state.Load(bytes.NewReader(data), new(hungry)); err == nil {
				t.Error("no error")
			} else {
				t.Log(err)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(saved(f, &thing{log: []float32{1}}))
	f.Fuzz(func(t *testing.T, data []byte) { state.Load(bytes.NewReader(data), new(thing)) })
}
