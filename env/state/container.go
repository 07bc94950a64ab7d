package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A container is a header, the fields, and the CRC-32C of both.
const (
	magic     = "RLSTATE\n"
	version   = 2
	headSize  = 24
	maxLength = min(1<<40, math.MaxInt-headSize-4) // of the fields, in bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header returns the magic word, the version and the length of the fields.
func header(length int) []byte {
	h := append(make([]byte, 0, headSize), magic...)
	h = binary.LittleEndian.AppendUint64(h, version)
	return binary.LittleEndian.AppendUint64(h, uint64(length))
}

// Save writes s to w as one container.
func Save(w io.Writer, s Stater) error { return save(w, s, nil) }

func save(w io.Writer, s Stater, g *Segments) error {
	st := &State{segments: g}
	if s.State(st); st.err != nil {
		return st.err
	}
	head := header(len(st.buf))
	sum := crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, st.buf)
	for _, part := range [][]byte{head, st.buf, binary.LittleEndian.AppendUint32(nil, sum)} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("state: %w", err)
		}
	}
	return nil
}

// Load fills s from the container that is all of r. Until the container has
// proved whole, s is untouched; if it then does not fit s, s is left partly
// filled and must be dropped.
func Load(r io.Reader, s Stater) error { return load(r, s, nil) }

func load(r io.Reader, s Stater, g *Segments) error {
	fields, err := open(r)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	st := &State{buf: fields, loading: true, segments: g}
	if s.State(st); st.err == nil && len(st.buf) > 0 {
		st.err = fmt.Errorf("state: %d bytes left over", len(st.buf))
	}
	return st.err
}

// verifyFirst is the length from which the checksum of a file is verified before memory
// for its content is taken: a damaged file may claim any length.
const verifyFirst = 1 << 26

// verify compares the checksum of a container with its head and fields, want bytes with
// the checksum, and goes back to where the fields begin.
func verify(file io.ReadSeeker, head []byte, want int64) error {
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	sum.Write(head)
	if n, err := io.CopyN(sum, file, want-4); err != nil {
		return fmt.Errorf("cut short: %d bytes of %d", n, want)
	}
	var tail [4]byte
	if _, err := io.ReadFull(file, tail[:]); err != nil {
		return fmt.Errorf("cut short: %d bytes of %d", want-4, want)
	}
	if binary.LittleEndian.Uint32(tail[:]) != sum.Sum32() {
		return errDamaged
	}
	_, err = file.Seek(start, io.SeekStart)
	return err
}

var errDamaged = errors.New("damaged: the checksum does not match")

// open returns the fields of the container r. It reads no further than r has
// data, so a header that lies about the length costs nothing.
func open(r io.Reader) ([]byte, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("cut short: no header of %d bytes", headSize)
	}
	if string(head[:8]) != magic {
		return nil, errors.New("not a saved state")
	}
	if v := binary.LittleEndian.Uint64(head[8:]); v != version {
		return nil, versionError("it", v < version)
	}
	length := binary.LittleEndian.Uint64(head[16:])
	if length > maxLength {
		return nil, fmt.Errorf("it says that it has %d bytes, more than the %d that this program can read", length, maxLength)
	}
	var body bytes.Buffer
	want := int64(length) + 4
	if file, ok := r.(io.ReadSeeker); ok && want > verifyFirst {
		if err := verify(file, head, want); err != nil {
			return nil, err
		}
	}
	if n, err := io.Copy(&body, io.LimitReader(r, want+1)); err != nil {
		return nil, err
	} else if n < want {
		return nil, fmt.Errorf("cut short: %d bytes of %d", n, want)
	} else if n > want {
		return nil, errors.New("data after the end")
	}
	fields, tail := body.Bytes()[:length], body.Bytes()[length:]
	sum := crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, fields)
	if binary.LittleEndian.Uint32(tail) != sum {
		return nil, errDamaged
	}
	return fields, nil
}
