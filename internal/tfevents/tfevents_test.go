package tfevents_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"testing"
	"time"

	"github.com/rlrun/rlrun/internal/tfevents"
)

// A message has the fields of a Protocol Buffers message in their order. Values are numbers,
// or bytes as text.
type message []struct {
	field int
	value any
}

// parse returns the fields of a message. It needs no description of the message's type.
func parse(t *testing.T, data []byte) (m message) {
	t.Helper()
	for len(data) > 0 {
		key, n := binary.Uvarint(data)
		data = data[n:]
		var value any
		switch key & 7 {
		case 0:
			v, n := binary.Uvarint(data)
			value, data = v, data[n:]
		case 1:
			value, data = math.Float64frombits(binary.LittleEndian.Uint64(data)), data[8:]
		case 2:
			size, n := binary.Uvarint(data)
			value, data = string(data[n:n+int(size)]), data[n+int(size):]
		case 5:
			value, data = math.Float32frombits(binary.LittleEndian.Uint32(data)), data[4:]
		default:
			t.Fatalf("wire type %d", key&7)
		}
		m = append(m, struct {
			field int
			value any
		}{int(key >> 3), value})
	}
	return m
}

// records returns the data of a file's records, and checks their checksums as TFRecord
// describes them: CRC-32C, rotated right by 15 bits, plus a constant.
func records(t *testing.T, file []byte) (all [][]byte) {
	t.Helper()
	check := func(data []byte, sum uint32) {
		rotated := sum - 0xa282ead8
		if want := crc32.Checksum(data, crc32.MakeTable(0x82f63b78)); rotated<<15|rotated>>17 != want {
			t.Fatalf("checksum %x of %d bytes, want %x", rotated, len(data), want)
		}
	}
	for len(file) > 0 {
		n := binary.LittleEndian.Uint64(file)
		check(file[:8], binary.LittleEndian.Uint32(file[8:]))
		data := file[12 : 12+n]
		check(data, binary.LittleEndian.Uint32(file[12+n:]))
		all, file = append(all, data), file[16+n:]
	}
	return all
}

// TestFile checks the records of a file with a header and three metrics, one of them NaN.
func TestFile(t *testing.T) {
	at := time.Unix(1_700_000_000, 500_000_000)
	file := tfevents.AppendHeader(nil, at)
	file = tfevents.AppendScalars(file, at, 300, []tfevents.Scalar{
		{Tag: "train/loss", Value: 0.5}, {Tag: "nothing", Value: math.NaN()}, {Tag: "rollout/ep_rew_mean", Value: -21},
	})
	all := records(t, file)
	if len(all) != 2 {
		t.Fatalf("%d records, want 2", len(all))
	}
	if got, want := fmt.Sprint(parse(t, all[0])), "[{1 1.7000000005e+09} {2 0} {3 brain.Event:2}]"; got != want {
		t.Errorf("header %v, want %v", got, want)
	}
	event := parse(t, all[1])
	if len(event) != 3 || event[1].value != uint64(300) || event[2].field != 5 {
		t.Fatalf("event %v, want a summary at step 300", event)
	}
	summary := parse(t, []byte(event[2].value.(string)))
	want := []string{"[{1 train/loss} {2 0.5}]", "[{1 rollout/ep_rew_mean} {2 -21}]"}
	if len(summary) != len(want) {
		t.Fatalf("summary of %d values, want %d", len(summary), len(want))
	}
	for i, v := range summary {
		if got := fmt.Sprint(parse(t, []byte(v.value.(string)))); got != want[i] || v.field != 1 {
			t.Errorf("value %d is %v, want %v", i, got, want[i])
		}
	}
}
