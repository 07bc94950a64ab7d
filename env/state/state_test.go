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

// A testState has a field of every kind.
type testState struct {
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

func (t *testState) State(s *state.State) {
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

func saveBytes(t testing.TB, s state.Stater) []byte {
	var b bytes.Buffer
	if err := state.Save(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	a := &testState{x: [3]float32{1, 2, 3}, d: 0.1, seed: 1 << 63, n: 7, log: []float32{4, 5}, on: true, mask: [2]bool{false, true}, acts: []int64{1 << 40}, seen: []bool{true, false, true}}
	a.src.Seed(3, 4)
	b := new(testState)
	if err := state.Load(bytes.NewReader(saveBytes(t, a)), b); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(*b), fmt.Sprint(*a); got != want {
		t.Errorf("Load(Save(a)) = %s, want %s", got, want)
	}
}

// TestDamage flips every bit and cuts at every byte. It checks that each damage is an error, and
// that no field is loaded.
func TestDamage(t *testing.T) {
	good := saveBytes(t, &testState{log: []float32{1}})
	try := func(what string, data []byte) {
		got := testState{n: 42}
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

// An unboundedSlice has a slice without a limit on its length.
type unboundedSlice struct{ log []float32 }

func (h *unboundedSlice) State(s *state.State) { state.Slice(s, "log", &h.log, math.MaxInt) }

// makeContainer returns a container of fields whose header has the given length, with the right
// checksum.
func makeContainer(length uint64, fields []byte) []byte {
	b := binary.LittleEndian.AppendUint64([]byte("RLSTATE\n"), 2)
	b = append(binary.LittleEndian.AppendUint64(b, length), fields...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// TestTooLargeNumbers checks the error for a length and a count of 2⁶², which is above the limits.
func TestTooLargeNumbers(t *testing.T) {
	counter := binary.LittleEndian.AppendUint64([]byte("n\x00"), 1)
	counter = binary.LittleEndian.AppendUint64(counter, 1<<62)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"length": {makeContainer(1<<62, nil), "state: it says that it has 4611686018427387904 bytes, more than the "},
		"count":  {makeContainer(uint64(len(counter)), counter), fmt.Sprintf("state: \"n\" is 4611686018427387904, want 0 … %d", state.MaxCount)},
	} {
		if err := state.Load(bytes.NewReader(c.data), new(countState)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Load of a %s of 2⁶² = %v, want %s", name, err, c.want)
		}
	}
}

// A countState has one count.
type countState struct{ n int }

func (l *countState) State(s *state.State) { s.Int("n", &l.n, state.MaxCount) }

// A section is a state with one Section.
type section struct {
	name    string
	version int
}

func (p section) State(s *state.State) { s.Section(p.name, p.version) }

// TestVersions checks that a container or a section of another version is refused with a sentence
// that says what to do.
func TestVersions(t *testing.T) {
	first, later := makeContainer(0, nil), makeContainer(0, nil)
	first[8], later[8] = 1, 3
	for _, c := range []struct {
		what string
		data []byte
		into section
		want string // "" for no error
	}{
		{"the same section", saveBytes(t, section{"ppo", 2}), section{"ppo", 2}, ""},
		{"an earlier section", saveBytes(t, section{"ppo", 1}), section{"ppo", 2},
			`state: its part "ppo" was written by an earlier version of rlrun; train again, or use that version`},
		{"a later section", saveBytes(t, section{"ppo", 3}), section{"ppo", 2}, `state: its part "ppo" was written by a later version of rlrun; use that version`},
		{"another section", saveBytes(t, section{"a2c", 2}), section{"ppo", 2}, "state: saved with other settings or by another version"},
		{"an earlier container", first, section{"ppo", 2}, "state: it was written by an earlier version of rlrun; train again, or use that version"},
		{"a later container", later, section{"ppo", 2}, "state: it was written by a later version of rlrun; use that version"},
	} {
		err := state.Load(bytes.NewReader(c.data), c.into)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Load of %s = %v, want %s", c.what, err, c.want)
		}
	}
}

// TestLayout checks the bytes of a container, which are the same on every processor.
func TestLayout(t *testing.T) {
	want := "RLSTATE\n" + // magic
		"\x02\x00\x00\x00\x00\x00\x00\x00" + // version
		"\x12\x00\x00\x00\x00\x00\x00\x00" + // number of bytes in the fields
		"n\x00\x01\x00\x00\x00\x00\x00\x00\x00" + // name, and number of elements
		"\x07\x00\x00\x00\x00\x00\x00\x00" // the element, in 64 bits
	if got := saveBytes(t, &countState{7}); string(got[:len(got)-4]) != want {
		t.Errorf("Save of a count of 7 = %q, want %q", got[:len(got)-4], want)
	}
}

// TestFalseLengths checks that a length larger than the data is an error, though the checksum is
// right.
func TestFalseLengths(t *testing.T) {
	fields := append([]byte("log/len\x00"), 1, 0, 0, 0, 0, 0, 0, 0)
	fields = binary.LittleEndian.AppendUint64(fields, 1<<39)
	for name, data := range map[string][]byte{
		"container": makeContainer(1<<39, fields),
		"field":     makeContainer(uint64(len(fields)), fields),
	} {
		t.Run(name, func(t *testing.T) {
			if err := state.Load(bytes.NewReader(data), new(unboundedSlice)); err == nil {
				t.Error("no error")
			} else {
				t.Log(err)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(saveBytes(f, &testState{log: []float32{1}}))
	f.Fuzz(func(t *testing.T, data []byte) { state.Load(bytes.NewReader(data), new(testState)) })
}
