// Package state saves and restores training state exactly.
//
// A type takes part by having one method, State(*state.State), which names
// each of its fields in a fixed order. The same method both writes and reads,
// so the two can never drift apart.
//
// What Save writes is a container: a magic word, a version, a length, the
// fields, and their checksum. Load verifies all of it before it visits
// anything. A container of an earlier version, and a Section of an earlier version
// within it, are refused in a sentence.
package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// A Stater lists everything it needs to continue as if never stopped.
type Stater interface{ State(*State) }

// A State is a checkpoint being written or read. The first error sticks, and
// what is visited after it is neither written nor changed.
type State struct {
	buf      []byte // written so far, or left to read
	loading  bool
	segments *Segments // where records go; nil: among the fields
	err      error
}

// Loading reports whether fields are being read rather than written.
func (s *State) Loading() bool { return s.loading }

// Err returns the first error.
func (s *State) Err() error { return s.err }

// Fail makes err the error of the visit, unless there is one already. A nil err
// changes nothing.
func (s *State) Fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// All visits each part in turn.
func (s *State) All(parts ...Stater) {
	for _, p := range parts {
		p.State(s)
	}
}

// Floats visits p, whose length is fixed by the configuration.
func (s *State) Floats(name string, p []float32) { visit(s, name, p) }

// Doubles visits p, whose length is fixed by the configuration.
func (s *State) Doubles(name string, p []float64) { visit(s, name, p) }

// Ints visits p, whose length is fixed by the configuration.
func (s *State) Ints(name string, p []int64) { visit(s, name, p) }

// Bytes visits p, whose length is fixed by the configuration.
func (s *State) Bytes(name string, p []byte) { visit(s, name, p) }

// Double visits one number.
func (s *State) Double(name string, p *float64) {
	v := [1]float64{*p}
	visit(s, name, v[:])
	*p = v[0]
}

// Uint visits one seed or bit pattern.
func (s *State) Uint(name string, p *uint64) {
	v := [1]int64{int64(*p)}
	visit(s, name, v[:])
	*p = uint64(v[0])
}

// MaxCount is the most that a count of steps or of updates may be. As a float64 it is
// still exact, and an int has room to count on from there.
const MaxCount = min(1<<53, math.MaxInt/2)

// Int visits one counter. It is an error to load one that is not in [0, most].
func (s *State) Int(name string, p *int, most int) {
	v := [1]int64{int64(*p)}
	visit(s, name, v[:])
	if s.err == nil && (v[0] < 0 || v[0] > int64(most)) {
		s.err = fmt.Errorf("state: %q is %d, want 0 … %d", name, v[0], most)
	}
	if s.err == nil {
		*p = int(v[0])
	}
}

// Bools visits p, whose length is fixed by the configuration.
func (s *State) Bools(name string, p []bool) { visit(s, name, p) }

// Bool visits one truth value.
func (s *State) Bool(name string, p *bool) {
	v := [1]bool{*p}
	visit(s, name, v[:])
	*p = v[0]
}

// An Element is what slices of a state are made of.
type Element interface {
	float32 | float64 | int64 | byte | bool
}

// Slice visits p, whose length varies and is saved with it. It is an error to
// load more than most elements; p keeps its memory if that suffices.
func Slice[T Element](s *State, name string, p *[]T, most int) {
	n := len(*p)
	s.Int(name+"/len", &n, most)
	if s.err != nil {
		return
	}
	if s.loading && n > cap(*p) {
		if n > len(s.buf)/binary.Size(*new(T)) { // a length that the data cannot honour is not allocated
			s.err = fmt.Errorf("state: %q has %d elements in %d bytes", name, n, len(s.buf))
			return
		}
		*p = make([]T, n)
	}
	*p = (*p)[:n]
	visit(s, name, *p)
}

// sectionPrefix begins the field of a section.
const sectionPrefix = "section "

// Section visits the name of the fields that follow, and their version, 1 or more: a
// number to raise when these fields change. It is an error to load another version.
func (s *State) Section(name string, version int) {
	v := [1]int64{int64(version)}
	visit(s, sectionPrefix+name, v[:])
	if s.err == nil && v[0] != int64(version) {
		s.err = fmt.Errorf("state: %w", versionError(fmt.Sprintf("its part %q", name), v[0] < int64(version)))
	}
}

// versionError is the error of what another version of rlrun wrote.
func versionError(what string, earlier bool) error {
	if earlier {
		return fmt.Errorf("%s was written by an earlier version of rlrun; train again, or use that version", what)
	}
	return fmt.Errorf("%s was written by a later version of rlrun; want that version", what)
}

// PCG visits a random number generator.
func (s *State) PCG(name string, p *rand.PCG) {
	b, _ := p.MarshalBinary() // documented never to fail
	visit(s, name, b)
	if s.loading && s.err == nil {
		s.err = p.UnmarshalBinary(b)
	}
}

// visit writes or reads one field: its name, its length, its data.
func visit[T Element](s *State, name string, p []T) {
	if s.err != nil {
		return
	}
	head := binary.LittleEndian.AppendUint64(append([]byte(name), 0), uint64(len(p)))
	if !s.loading {
		s.buf, s.err = binary.Append(append(s.buf, head...), binary.LittleEndian, p)
		return
	}
	size := len(head) + binary.Size(p)
	if have := s.buf[:min(len(head), len(s.buf))]; string(have) != string(head) {
		other, _, _ := bytes.Cut(have, []byte{0})
		s.err = fmt.Errorf("state: saved with other settings or by another version: want field %q of length %d, have %q", name, len(p), other)
	} else if len(s.buf) < size {
		s.err = fmt.Errorf("state: field %q is cut short", name)
	} else {
		_, s.err = binary.Decode(s.buf[len(head):size], binary.LittleEndian, p)
		s.buf = s.buf[size:]
	}
}
