package agents

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/rlrun/rlrun/env"
)

// trajectoryMagic begins an encoded trajectory.
const trajectoryMagic = "rlT1"

// appendTo encodes a complete trajectory and appends the bytes to b. Numbers of observations that
// are whole and at most 255 take a byte. All others are exact. Little-endian.
func (t *Trajectory) appendTo(b []byte) []byte {
	b = append(b, trajectoryMagic...)
	for _, x := range []int{t.Actor, t.Number, t.Version} {
		b = binary.LittleEndian.AppendUint32(b, uint32(x))
	}
	b = append(b, t.end...)
	b = appendBits(appendBits(b, t.first), t.mask)
	b = appendRows(b, &t.shape.obsLayout, t.obs)
	for _, x := range [][]float32{t.act, t.logProb, t.priority, t.memory, t.value, t.finalValue} {
		b = appendFloats(b, x)
	}
	b = appendDoubles(b, t.reward)
	b = appendRows(b, &t.shape.obsLayout, t.final)
	b = appendDoubles(appendBits(b, t.finalMask), t.returns)
	for _, n := range t.lengths {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return appendDoubles(b, t.endedMeasures)
}

// appendBits appends a byte for each bit.
func appendBits(b []byte, bits []bool) []byte {
	for _, x := range bits {
		if x {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return b
}

// appendFloats appends numbers.
func appendFloats(b []byte, x []float32) []byte {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// appendDoubles appends numbers.
func appendDoubles(b []byte, x []float64) []byte {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// appendRows appends rows with the layout l.
func appendRows(b []byte, l *env.Layout, x []float32) []byte {
	for ; len(x) > 0; x = x[l.Size:] {
		for i := range l.Parts {
			p := &l.Parts[i]
			if !p.Byte {
				b = appendFloats(b, x[p.From:p.To])
				continue
			}
			for _, v := range x[p.From:p.To] {
				b = append(b, byte(v))
			}
		}
	}
	return b
}

// errTrajectory is the error of bytes that are no trajectory of the learner's shape.
var errTrajectory = errors.New("agents: the bytes are no trajectory of this run")

// A trajectoryReader reads the parts of an encoded trajectory. After the first error, it reads
// nothing.
type trajectoryReader struct {
	src    []byte
	broken bool
}

// bytes returns the next n bytes.
func (r *trajectoryReader) bytes(n int) []byte {
	if r.broken = r.broken || n > len(r.src); r.broken {
		return nil
	}
	b := r.src[:n]
	r.src = r.src[n:]
	return b
}

// number reads a number from 0 to 2³¹-1.
func (r *trajectoryReader) number() int {
	b := r.bytes(4)
	if r.broken {
		return 0
	}
	x := binary.LittleEndian.Uint32(b)
	r.broken = x > maxNumber
	return int(x & maxNumber)
}

// bits reads bits.
func (r *trajectoryReader) bits(x []bool) {
	for i, b := range r.bytes(len(x)) {
		x[i] = b == 1
		r.broken = r.broken || b > 1
	}
}

// floats reads finite numbers.
func (r *trajectoryReader) floats(x []float32) {
	b := r.bytes(4 * len(x))
	for i := 0; len(b) > 0; i, b = i+1, b[4:] {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
		r.broken = r.broken || x[i]-x[i] != 0
	}
}

// doubles reads finite numbers.
func (r *trajectoryReader) doubles(x []float64) {
	b := r.bytes(8 * len(x))
	for i := 0; len(b) > 0; i, b = i+1, b[8:] {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b))
		r.broken = r.broken || x[i]-x[i] != 0
	}
}

// rows reads rows with the layout l.
func (r *trajectoryReader) rows(l *env.Layout, x []float32) {
	for ; len(x) > 0 && !r.broken; x = x[l.Size:] {
		for i := range l.Parts {
			p := &l.Parts[i]
			if !p.Byte {
				r.floats(x[p.From:p.To])
				continue
			}
			for k, b := range r.bytes(p.To - p.From) {
				x[p.From+k] = float32(b)
			}
		}
	}
}

// decode sets t to the trajectory in src, and checks it. The slices of t have the lengths of its
// shape. After an error t is not complete.
func (t *Trajectory) decode(src []byte) error {
	s := &t.shape
	r := &trajectoryReader{src: src}
	t.t = 0
	if string(r.bytes(len(trajectoryMagic))) != trajectoryMagic {
		return errTrajectory
	}
	t.Actor, t.Number, t.Version = r.number(), r.number(), r.number()
	copy(t.end, r.bytes(len(t.end)))
	ended, finals := 0, 0
	for _, end := range t.end {
		r.broken = r.broken || end > endTerminated|endTruncated
		if end != 0 {
			ended++
		}
		if end == endTruncated {
			finals++
		}
	}
	if r.broken {
		return errTrajectory
	}
	t.allocateEnds(ended, finals)
	r.bits(t.first)
	r.bits(t.mask)
	r.rows(&s.obsLayout, t.obs)
	for _, x := range [][]float32{t.act, t.logProb, t.priority, t.memory, t.value, t.finalValue} {
		r.floats(x)
	}
	r.doubles(t.reward)
	r.rows(&s.obsLayout, t.final)
	r.bits(t.finalMask)
	r.doubles(t.returns)
	for i := range t.lengths {
		if b := r.bytes(8); !r.broken {
			t.lengths[i] = int64(binary.LittleEndian.Uint64(b) & maxNumber)
		}
	}
	r.doubles(t.endedMeasures)
	if r.broken || len(r.src) > 0 || !inLayout(&s.obsLayout, t.obs) || !inLayout(&s.obsLayout, t.final) || !inLayout(&s.actLayout, t.act) {
		return errTrajectory
	}
	t.t = s.steps
	return nil
}

// allocateEnds sets the lengths of the slices for ended episodes and final observations.
func (t *Trajectory) allocateEnds(ended, finals int) {
	s := &t.shape
	t.final, t.finalMask = make([]float32, finals*s.obs), make([]bool, finals*s.mask)
	t.returns, t.lengths, t.endedMeasures = make([]float64, ended), make([]int64, ended), make([]float64, ended*len(s.measures))
	if t.finalValue = nil; s.memory > 0 {
		t.finalValue = make([]float32, finals)
	}
}

// inLayout reports whether the choices and bits of the rows x are in the space with the layout l.
func inLayout(l *env.Layout, x []float32) bool {
	for ; len(x) > 0; x = x[l.Size:] {
		for j := range l.Parts {
			p := &l.Parts[j]
			for i, v := range x[p.From:p.To] {
				if p.Kind == env.Numbers || p.Kind == env.Pixels {
					break
				}
				if low, high := p.Bounds(i); v < low || v > high || v != float32(int(v)) {
					return false
				}
			}
		}
	}
	return true
}
