// Package journal keeps the journals of jobs at a hub. A job is a run that a worker trains. Its
// journal says who owns the job and what the run has so far: the checkpoint, and the rows of the logs.
//
// An Entry is appended with the number of the last entry that its author knows, and is refused
// if another entry has come since. So a job has one owner, although workers die, pause and come
// back: whoever appended the last claim owns it, and the entries of all others are refused. A queue
// says which jobs want a worker.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A Kind says what an entry is.
type Kind string

// The kinds of entries.
const (
	Submit Kind = "job"    // a head wants the run
	Claim  Kind = "claim"  // a worker begins
	Commit Kind = "commit" // a checkpoint
	Done   Kind = "done"   // the run is finished
	Failed Kind = "failed" // the run cannot be finished; Error says why
	Cancel Kind = "cancel" // somebody has cancelled the job
)

// Ended reports whether an entry of this kind ends a job. Another Submit begins it again.
func (k Kind) Ended() bool { return k == Done || k == Failed || k == Cancel }

// A Job is a run, as its journal names it.
type Job struct {
	ID      string `json:"id"`
	Code    string `json:"code"`    // version of the program that trains it
	Kernels string `json:"kernels"` // processor and kernels: amd64-avx2
	Name    string `json:"name"`    // scenario
	Seed    uint64 `json:"seed"`
	Steps   int    `json:"steps"` // training steps of the whole run
	Every   int    `json:"every"` // training steps between checkpoints; 0: a checkpoint every few seconds
}

// An Entry is an entry of a job's journal. The last entry alone is enough to continue the run, and earlier
// entries have rows of the logs.
type Entry struct {
	Kind  Kind               `json:"kind"`
	Prev  string             `json:"prev,omitempty"` // name of the entry before
	Job   Job                `json:"job"`
	Owner string             `json:"owner,omitempty"` // worker and claim; "" before a claim
	Tries int                `json:"tries,omitempty"` // claims since the last commit
	Steps int                `json:"steps,omitempty"` // training steps of the checkpoint
	Files map[string]File    `json:"files,omitempty"` // the whole checkpoint
	Logs  map[string]int64   `json:"logs,omitempty"`  // lengths of the logs at the checkpoint
	Rows  map[string][]Chunk `json:"rows,omitempty"`  // what this entry adds to the logs
	Error string             `json:"error,omitempty"`
}

// A File is a file of a checkpoint.
type File struct {
	Chunks []Chunk `json:"chunks"`          // in their order, without gaps, from offset 0
	First  int     `json:"first,omitempty"` // for a file of records: the index of the first record
}

// A Chunk is a part of a file. Its bytes are in the entry, or in an object beside it.
type Chunk struct {
	At   int64  `json:"at"` // offset in the file
	Size int64  `json:"size"`
	Sum  []byte `json:"sum"` // SHA-256. A CRC-32C is not enough: of all containers that end in their own it is the same
	Data []byte `json:"data,omitempty"`
	Blob string `json:"blob,omitempty"` // name of the object
}

const (
	// maxEntry is the largest length of an entry [bytes].
	maxEntry = 1 << 20

	// inlineSize is the largest size of a chunk in an entry [bytes]. It is less if messages of the server must
	// be shorter than maxEntry.
	inlineSize = 16 << 10

	// pieceSize is the length of the messages of an object [bytes], as NATS has it.
	pieceSize = 128 << 10

	// smallChunk and largeChunk are the sizes of the chunks of a file, before and after the offset
	// manySmall [bytes]. Large chunks keep the entries of large replay buffers short.
	smallChunk = 4 << 20
	largeChunk = 32 << 20
	manySmall  = 64 << 20
)

// ChunkSize returns the size of a full chunk at the given offset.
func ChunkSize(at int64) int64 {
	if at < manySmall {
		return smallChunk
	}
	return largeChunk
}

// Sum returns the checksum of a chunk's bytes.
func Sum(data []byte) []byte {
	h := sha256.Sum256(data)
	return h[:]
}

// Decode returns the entry of the job in a message. It trusts nothing in the message: who can write
// to a hub must not write outside of run directories.
func Decode(job string, data []byte) (*Entry, error) {
	if len(data) > maxEntry {
		return nil, fmt.Errorf("journal: an entry of %d bytes, want %d at most", len(data), maxEntry)
	}
	e := new(Entry)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(e); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if d.More() {
		return nil, errors.New("journal: more than one entry in a message")
	}
	if err := e.check(job); err != nil {
		return nil, fmt.Errorf("journal: an entry of %s: %w", job, err)
	}
	return e, nil
}

// check returns an error if e is not an entry of the job.
func (e *Entry) check(job string) error {
	j := e.Job
	switch {
	case !ValidID(j.ID) || j.ID != job:
		return fmt.Errorf("it is one of the job %.100q", j.ID)
	case !ValidID(j.Code) || !ValidID(j.Kernels):
		return fmt.Errorf("version %.100q, kernels %.100q", j.Code, j.Kernels)
	case e.Owner != "" && !validOwner(e.Owner):
		return fmt.Errorf("owner %.100q", e.Owner)
	case e.Tries < 0 || e.Steps < 0 || j.Steps < 1 || j.Every < 0:
		return errors.New("negative numbers")
	}
	switch e.Kind {
	case Submit, Claim, Commit, Done, Failed, Cancel:
	default:
		return fmt.Errorf("kind %.100q", e.Kind)
	}
	for name, f := range e.Files {
		if !validFile(name) || f.First < 0 {
			return fmt.Errorf("file %.100q", name)
		}
		if err := checkChunks(job, 0, f.Chunks); err != nil {
			return fmt.Errorf("file %s: %w", name, err)
		}
	}
	for name, n := range e.Logs {
		if !validLog(name) || n < 0 {
			return fmt.Errorf("log %.100q of %d bytes", name, n)
		}
	}
	for name, rows := range e.Rows {
		if !validLog(name) || len(rows) == 0 {
			return fmt.Errorf("rows of %.100q", name)
		}
		if err := checkChunks(job, rows[0].At, rows); err != nil {
			return fmt.Errorf("rows of %s: %w", name, err)
		}
	}
	return nil
}

// checkChunks returns an error if the chunks do not follow each other from the given offset.
func checkChunks(job string, at int64, chunks []Chunk) error {
	for _, c := range chunks {
		switch {
		case c.At != at || c.At < 0 || c.Size < 0 || c.Size > largeChunk || c.At > math.MaxInt64-c.Size:
			return fmt.Errorf("a chunk of %d bytes at %d", c.Size, c.At)
		case len(c.Sum) != sha256.Size:
			return fmt.Errorf("a checksum of %d bytes", len(c.Sum))
		case c.Blob == "" && int64(len(c.Data)) != c.Size:
			return fmt.Errorf("a chunk with %d of its %d bytes", len(c.Data), c.Size)
		case c.Blob != "" && (len(c.Data) > 0 || !validBlob(job, c.Blob)):
			return fmt.Errorf("object %.100q", c.Blob)
		}
		at += c.Size
	}
	return nil
}

// Size returns the number of bytes in a file.
func (f File) Size() int64 {
	if len(f.Chunks) == 0 {
		return 0
	}
	last := f.Chunks[len(f.Chunks)-1]
	return last.At + last.Size
}

// Worker returns the name of the worker that owns the job, or "" before a claim.
func (e *Entry) Worker() string {
	i := strings.LastIndexByte(e.Owner, '-')
	return e.Owner[:max(0, i)]
}
