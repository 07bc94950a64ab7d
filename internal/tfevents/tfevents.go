// Package tfevents writes figures as TensorBoard reads them: records of
// TensorFlow's TFRecord format, each a message Event of its event.proto.
package tfevents

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"
)

// A Scalar is a figure under its name.
type Scalar struct {
	Tag   string
	Value float64
}

// AppendHeader appends the record that a file begins with.
func AppendHeader(dst []byte, at time.Time) []byte {
	return appendRecord(dst, appendBytes(stamp(at, 0), 3, []byte("brain.Event:2"))) // file_version
}

// AppendScalars appends the record of figures at a step. What is not finite is left
// out.
func AppendScalars(dst []byte, at time.Time, step int, scalars []Scalar) []byte {
	var summary []byte
	for _, s := range scalars {
		if s.Value-s.Value != 0 {
			continue
		}
		value := appendBytes(nil, 1, []byte(s.Tag))
		value = binary.LittleEndian.AppendUint32(key(value, 2, fixed32), math.Float32bits(float32(s.Value)))
		summary = appendBytes(summary, 1, value)
	}
	return appendRecord(dst, appendBytes(stamp(at, step), 5, summary))
}

// The wire types of Protocol Buffers that are used here.
const (
	varint  = 0
	fixed64 = 1
	bytes   = 2
	fixed32 = 5
)

// key appends the number and the wire type of a field.
func key(dst []byte, field, wire uint64) []byte { return binary.AppendUvarint(dst, field<<3|wire) }

func appendBytes(dst []byte, field uint64, value []byte) []byte {
	dst = binary.AppendUvarint(key(dst, field, bytes), uint64(len(value)))
	return append(dst, value...)
}

// stamp is an Event's wall_time and step.
func stamp(at time.Time, step int) []byte {
	seconds := float64(at.UnixMicro()) / 1e6
	event := binary.LittleEndian.AppendUint64(key(nil, 1, fixed64), math.Float64bits(seconds))
	return binary.AppendUvarint(key(event, 2, varint), uint64(step))
}

// appendRecord appends the length of data, data, and checksums of both.
func appendRecord(dst, data []byte) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	dst = binary.LittleEndian.AppendUint32(append(dst, length...), masked(length))
	return binary.LittleEndian.AppendUint32(append(dst, data...), masked(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is TFRecord's checksum.
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
