// Package tfevents writes metrics for TensorBoard. An event file has records in TensorFlow's
// TFRecord format; each record is a message Event of TensorFlow's event.proto. A file
// begins with [AppendHeader], and [AppendScalars] adds metrics.
package tfevents

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"
)

// A Scalar is the value of one metric.
type Scalar struct {
	Tag   string // name of the metric, for example train/loss
	Value float64
}

// AppendHeader appends the first record of a file to dst. The argument at is the time of the
// record.
func AppendHeader(dst []byte, at time.Time) []byte {
	return appendRecord(dst, appendBytes(stamp(at, 0), 3, []byte("brain.Event:2"))) // field 3 is file_version
}

// AppendScalars appends a record with the metrics at a training step to dst. It leaves out
// values that are NaN or infinite.
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

// Wire types of Protocol Buffers.
const (
	varint  = 0
	fixed64 = 1
	bytes   = 2
	fixed32 = 5
)

// key appends the number and the wire type of a field to dst.
func key(dst []byte, field, wire uint64) []byte { return binary.AppendUvarint(dst, field<<3|wire) }

// appendBytes appends a field whose value is bytes or text to dst.
func appendBytes(dst []byte, field uint64, value []byte) []byte {
	dst = binary.AppendUvarint(key(dst, field, bytes), uint64(len(value)))
	return append(dst, value...)
}

// stamp returns the fields wall_time and step of an Event.
func stamp(at time.Time, step int) []byte {
	seconds := float64(at.UnixMicro()) / 1e6
	event := binary.LittleEndian.AppendUint64(key(nil, 1, fixed64), math.Float64bits(seconds))
	return binary.AppendUvarint(key(event, 2, varint), uint64(step))
}

// appendRecord appends a TFRecord to dst: the length of data, the length's checksum, data,
// and the checksum of data.
func appendRecord(dst, data []byte) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	dst = binary.LittleEndian.AppendUint32(append(dst, length...), masked(length))
	return binary.LittleEndian.AppendUint32(append(dst, data...), masked(data))
}

// castagnoli is the table of the CRC-32C checksum.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns TFRecord's checksum of data: CRC-32C, rotated right by 15 bits, plus a
// constant.
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
