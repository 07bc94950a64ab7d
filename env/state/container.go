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

// A container is a header, the fields, and the CRC-32C checksum of both.
const (
	magic     = "RLSTATE\n"
	version   = 2
	headSize  = 24
	maxLength = min(1<<40, math.MaxInt-headSize-4) // longest fields, in bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header returns the header of a container: the magic word, the version, the length of the
// fields.
func header(length int) []byte {
	h := append(make([]byte, 0, headSize), magic...)
	h = binary.LittleEndian.AppendUint64(h, version)
	return binary.LittleEndian.AppendUint64(h, uint64(length))
}

// Save writes the state of s to w as one container.
func Save(w io.Writer, s Stater) error { return save(w, s, nil) }

// save writes the state of s to w as one container. It writes the records to the files of g, or
// into the container if g is nil.
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

// Load reads a container from r and sets the state of s. It verifies the whole container before
// it changes s. It returns an error if data follows the container, or if the fields do not fit s.
// If the fields do not fit, s may be partly changed and must not be used.
func Load(r io.Reader, s Stater) error { return load(r, s, nil) }

// load reads a container from r and sets the state of s. It reads the records from the files of
// g, or from the container if g is nil.
func load(r io.Reader, s Stater, g *Segments) error {
	fields, err := readContainer(r)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	st := &State{buf: fields, loading: true, segments: g}
	if s.State(st); st.err == nil && len(st.buf) > 0 {
		st.err = fmt.Errorf("state: %d bytes left over", len(st.buf))
	}
	return st.err
}

// verifyFirstSize is the size of a large container in bytes. The header of a damaged file may
// have a wrong length. So for a larger container the checksum of the file is verified first, and
// then memory for the fields is allocated.
const verifyFirstSize = 1 << 26

// verify checks the checksum of a container. The argument head is the container's header, and the
// next size bytes of file are its other bytes. Then verify seeks back to the start of the fields.
func verify(file io.ReadSeeker, head []byte, size int64) error {
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	sum.Write(head)
	if n, err := io.CopyN(sum, file, size-4); err != nil {
		return fmt.Errorf("cut short: %d bytes of %d", n, size)
	}
	var tail [4]byte
	if _, err := io.ReadFull(file, tail[:]); err != nil {
		return fmt.Errorf("cut short: %d bytes of %d", size-4, size)
	}
	if binary.LittleEndian.Uint32(tail[:]) != sum.Sum32() {
		return errDamaged
	}
	_, err = file.Seek(start, io.SeekStart)
	return err
}

var errDamaged = errors.New("damaged: the checksum does not match")

// readContainer reads a container from r and returns its fields. It allocates memory only for
// data that r really has, even if the header has a wrong length.
func readContainer(r io.Reader) ([]byte, error) {
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
	size := int64(length) + 4
	if file, ok := r.(io.ReadSeeker); ok && size > verifyFirstSize {
		if err := verify(file, head, size); err != nil {
			return nil, err
		}
	}
	if n, err := io.Copy(&body, io.LimitReader(r, size+1)); err != nil {
		return nil, err
	} else if n < size {
		return nil, fmt.Errorf("cut short: %d bytes of %d", n, size)
	} else if n > size {
		return nil, errors.New("data after the end")
	}
	fields, tail := body.Bytes()[:length], body.Bytes()[length:]
	sum := crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, fields)
	if binary.LittleEndian.Uint32(tail) != sum {
		return nil, errDamaged
	}
	return fields, nil
}
