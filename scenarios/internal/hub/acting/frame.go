package acting

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nats-io/nats.go"
)

// A kind says what a frame has.
type kind byte

const (
	weightsFrame kind = iota + 1 // a piece of the weights; the number is their version
	askFrame                     // a worker wants a part
	resultFrame                  // a piece of a part that a worker has played; the last one also asks for the next part
	busyFrame                    // a worker is playing
	failedFrame                  // a worker cannot play: the payload says why
	taskFrame                    // a piece of the state of a part that a worker is to play
	lastKind     = taskFrame
)

// pieceSize is the largest payload of a message [bytes]. Longer ones are sent in pieces.
const pieceSize = 512 << 10

// maxPayload is the largest payload that is sent in pieces [bytes].
const maxPayload = 256 << 20

// maxName is the largest length of a worker's name [bytes].
const maxName = 100

// A frame is a message between a learner and a worker. Its payload may be a piece of a longer one.
type frame struct {
	kind    kind
	number  uint64 // version of the weights; an iteration has the number of its weights
	have    uint64 // version of the worker's weights; 0: none
	part    uint32 // number of the part
	total   uint32 // length of the whole payload [bytes]
	offset  uint32 // offset of this piece
	name    string // name of the worker
	payload []byte
}

// magic begins every frame.
const magic = "rlA1"

// headSize is the length of a frame without its name and its payload [bytes].
const headSize = 4 + 1 + 1 + 8 + 8 + 4 + 4 + 4

// MinPayload is the least max_payload that a server must have for the messages of this package [bytes].
const MinPayload = headSize + maxName + pieceSize

// append appends the frame to b.
func (f *frame) append(b []byte) []byte {
	b = append(append(b, magic...), byte(f.kind), byte(len(f.name)))
	b = binary.LittleEndian.AppendUint64(b, f.number)
	b = binary.LittleEndian.AppendUint64(b, f.have)
	b = binary.LittleEndian.AppendUint32(b, f.part)
	b = binary.LittleEndian.AppendUint32(b, f.total)
	b = binary.LittleEndian.AppendUint32(b, f.offset)
	return append(append(b, f.name...), f.payload...)
}

// errFrame is the error of a message that is no frame.
var errFrame = errors.New("not a message of this program")

// decodeFrame reads a frame and checks it. Its payload uses the memory of b.
func decodeFrame(b []byte) (f frame, err error) {
	if len(b) < headSize || string(b[:4]) != magic {
		return f, errFrame
	}
	f.kind = kind(b[4])
	n := int(b[5])
	f.number, f.have = binary.LittleEndian.Uint64(b[6:]), binary.LittleEndian.Uint64(b[14:])
	f.part, f.total, f.offset = binary.LittleEndian.Uint32(b[22:]), binary.LittleEndian.Uint32(b[26:]), binary.LittleEndian.Uint32(b[30:])
	b = b[headSize:]
	if f.kind < weightsFrame || f.kind > lastKind || n > maxName || n > len(b) || f.part > math.MaxInt32 {
		return f, errFrame
	}
	f.name, f.payload = string(b[:n]), b[n:]
	if f.total > maxPayload || f.offset%pieceSize != 0 || f.offset > f.total || len(f.payload) != int(min(pieceSize, f.total-f.offset)) {
		return f, fmt.Errorf("a piece of %d bytes at %d of %d", len(f.payload), f.offset, f.total)
	}
	return f, nil
}

// send publishes a frame whose payload may have any length, in pieces. The buffer is scratch. The last
// piece has the subject for a reply; it may be "".
func (f frame) send(conn *nats.Conn, subject, reply string, buffer *[]byte) error {
	whole := f.payload
	f.total = uint32(len(whole))
	for from := 0; ; from += pieceSize {
		to := min(from+pieceSize, len(whole))
		f.offset, f.payload = uint32(from), whole[from:to]
		*buffer = f.append((*buffer)[:0])
		m := nats.Msg{Subject: subject, Data: *buffer}
		if to == len(whole) {
			m.Reply = reply
		}
		if err := conn.PublishMsg(&m); err != nil {
			return err
		}
		if to == len(whole) {
			return nil
		}
	}
}

// An assembler puts the pieces of a payload together. It keeps the pieces of one payload: a piece of
// another one begins it anew.
type assembler struct {
	trusted     bool // the receiver knows the total length, so that there is memory for it from the start
	number      uint64
	part, total uint32
	whole       []byte   // all pieces, if trusted is true
	pieces      [][]byte // pieces that are there; of no length, if trusted is true
	missing     int
}

// add adds a piece. It returns the whole payload when all pieces are there. It keeps the payload's memory.
func (a *assembler) add(f *frame) (whole []byte, complete bool) {
	if f.total <= pieceSize {
		return f.payload, true
	}
	if a.pieces == nil || a.number != f.number || a.part != f.part || a.total != f.total {
		n := (int(f.total) + pieceSize - 1) / pieceSize
		*a = assembler{trusted: a.trusted, number: f.number, part: f.part, total: f.total, pieces: make([][]byte, n), missing: n}
		if a.trusted {
			a.whole = make([]byte, f.total)
		}
	}
	i := int(f.offset / pieceSize)
	if i < len(a.pieces) && a.pieces[i] == nil {
		a.missing--
		if a.pieces[i] = f.payload; a.trusted {
			copy(a.whole[f.offset:], f.payload)
			a.pieces[i] = f.payload[:0]
		}
	}
	if a.missing > 0 {
		return nil, false
	}
	if whole = a.whole; !a.trusted {
		whole = slices.Concat(a.pieces...)
	}
	a.whole, a.pieces = nil, nil
	return whole, true
}
