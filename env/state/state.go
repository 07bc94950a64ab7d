// Package state saves and restores the state of a training run exactly.
//
// A type that can be saved is a Stater: it has one method, State(*state.State), which saves or
// loads the fields of the type in a fixed order. When a State is saving, the method writes each
// field; when it is loading, the same method reads each field. So saving and loading always
// agree.
//
// Save writes a container: a magic word, a version, a length, the fields, and their checksum.
// Load verifies the whole container before it changes the first field. A container, or a Section
// in it, of another version is refused with a one-line error.
//
// Segments keeps long sequences of records, for example a replay buffer, in files beside the
// container, so that each Save writes only the new records. The Example saves and loads a random
// generator.
package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// A Stater can save and load its state. State saves or loads everything that the Stater needs to
// continue as if it had never stopped.
type Stater interface{ State(*State) }

// A State is a checkpoint that is being written or read. After the first error, no field is
// written or changed.
type State struct {
	buf      []byte // bytes written so far, or bytes left to read
	loading  bool
	segments *Segments // files for records; nil: records are written into the container
	err      error
}

// Loading reports whether the State is being read, not written.
func (s *State) Loading() bool { return s.loading }

// Err returns the first error.
func (s *State) Err() error { return s.err }

// Fail sets the error of the State to err if it has no error yet. A nil err changes nothing.
func (s *State) Fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// All saves or loads all parts, one after another.
func (s *State) All(parts ...Stater) {
	for _, p := range parts {
		p.State(s)
	}
}

// Floats saves or loads p. Its length must be the same when saving and loading.
func (s *State) Floats(name string, p []float32) { visit(s, name, p) }

// Doubles saves or loads p. Its length must be the same when saving and loading.
func (s *State) Doubles(name string, p []float64) { visit(s, name, p) }

// Ints saves or loads p. Its length must be the same when saving and loading.
func (s *State) Ints(name string, p []int64) { visit(s, name, p) }

// Bytes saves or loads p. Its length must be the same when saving and loading.
func (s *State) Bytes(name string, p []byte) { visit(s, name, p) }

// Double saves or loads one number.
func (s *State) Double(name string, p *float64) {
	v := [1]float64{*p}
	visit(s, name, v[:])
	*p = v[0]
}

// Uint saves or loads one 64-bit number, for example a seed.
func (s *State) Uint(name string, p *uint64) {
	v := [1]int64{int64(*p)}
	visit(s, name, v[:])
	*p = uint64(v[0])
}

// MaxCount is the largest count of steps or updates. A float64 holds it exactly, and twice this
// count still fits into an int.
const MaxCount = min(1<<53, math.MaxInt/2)

// Int saves or loads one count. Loading a count outside 0 … limit is an error.
func (s *State) Int(name string, p *int, limit int) {
	v := [1]int64{int64(*p)}
	visit(s, name, v[:])
	if s.err == nil && (v[0] < 0 || v[0] > int64(limit)) {
		s.err = fmt.Errorf("state: %q is %d, want 0 … %d", name, v[0], limit)
	}
	if s.err == nil {
		*p = int(v[0])
	}
}

// Bools saves or loads p. Its length must be the same when saving and loading.
func (s *State) Bools(name string, p []bool) { visit(s, name, p) }

// Bool saves or loads one truth value.
func (s *State) Bool(name string, p *bool) {
	v := [1]bool{*p}
	visit(s, name, v[:])
	*p = v[0]
}

// An Element is the type of the numbers in a field.
type Element interface {
	float32 | float64 | int64 | byte | bool
}

// Slice saves or loads *p and its length, which may vary. Loading more than limit elements is an
// error. The memory of *p is reused if it is large enough.
func Slice[T Element](s *State, name string, p *[]T, limit int) {
	n := len(*p)
	s.Int(name+"/len", &n, limit)
	if s.err != nil {
		return
	}
	if s.loading && n > cap(*p) {
		if n > len(s.buf)/binary.Size(*new(T)) { // checked before make, because the saved length may be wrong
			s.err = fmt.Errorf("state: %q has %d elements in %d bytes", name, n, len(s.buf))
			return
		}
		*p = make([]T, n)
	}
	*p = (*p)[:n]
	visit(s, name, *p)
}

// sectionPrefix is the start of a section's field name.
const sectionPrefix = "section "

// Section saves or loads a name for the fields that follow, and their version, 1 or more. Raise
// the version when these fields change: loading another version is an error.
func (s *State) Section(name string, version int) {
	v := [1]int64{int64(version)}
	visit(s, sectionPrefix+name, v[:])
	if s.err == nil && v[0] != int64(version) {
		s.err = fmt.Errorf("state: %w", versionError(fmt.Sprintf("its part %q", name), v[0] < int64(version)))
	}
}

// versionError returns the error for data that an earlier or a later version of rlrun wrote.
func versionError(what string, earlier bool) error {
	if earlier {
		return fmt.Errorf("%s was written by an earlier version of rlrun; train again, or use that version", what)
	}
	return fmt.Errorf("%s was written by a later version of rlrun; use that version", what)
}

// PCG saves or loads a random generator.
func (s *State) PCG(name string, p *rand.PCG) {
	b, _ := p.MarshalBinary() // documented never to return an error
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
