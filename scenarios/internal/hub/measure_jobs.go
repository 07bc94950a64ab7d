package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// measuredJob is the job of the measurements.
func measuredJob(id string) journal.Job {
	return journal.Job{ID: id, Code: "bench", Kernels: "none", Name: "bench", Steps: 1}
}

// measureJobs measures an entry of a journal with 1 KiB of rows, and the way of a job through the queue.
func measureJobs(ctx context.Context, s *journal.Store, _ string) ([]Measurement, error) {
	j := s.Journal("bench", "bench-1", journal.Position{})
	rows := noise(1, 1<<10)
	chunk := journal.Chunk{Size: int64(len(rows)), Sum: journal.Sum(rows), Data: rows}
	entry := func(int) error {
		return j.Append(ctx, &journal.Entry{Kind: journal.Commit, Job: measuredJob("bench"), Owner: "bench-1", Rows: map[string][]journal.Chunk{"episodes.csv": {chunk}}})
	}
	appended, err := measure("entry of 1 KiB appended", 500, int64(len(rows)), entry)
	if err != nil {
		return nil, err
	}
	q, err := s.Queue(ctx, "bench", "none")
	if err != nil {
		return nil, err
	}
	queued, err := measure("job queued, taken, acknowledged", 200, 0, func(i int) error {
		if err := s.Enqueue(ctx, measuredJob(fmt.Sprintf("job%d", i))); err != nil {
			return err
		}
		_, msg, err := q.Fetch(ctx)
		if err == nil && msg == nil {
			err = errors.New("the queue has lost a job")
		}
		if err != nil {
			return err
		}
		return msg.DoubleAck(ctx)
	})
	return []Measurement{appended, queued}, err
}

// measureObjects measures objects of two sizes.
func measureObjects(ctx context.Context, s *journal.Store, _ string) (all []Measurement, err error) {
	for _, size := range []struct {
		text  string
		bytes int
		times int
	}{{"16 KiB", 16<<10 + 1, 200}, {"1 MiB", 1 << 20, 40}} { // a byte less is a part of the entry, and no object
		data, w := noise(2, size.bytes), s.Objects("objects", fmt.Sprintf("bench-%d", size.bytes))
		chunks := make([]journal.Chunk, size.times)
		put, err := measure("object of "+size.text+" put", size.times, int64(size.bytes), func(i int) (err error) {
			chunks[i], err = w.Chunk(ctx, 0, data)
			return err
		})
		if err != nil {
			return nil, err
		}
		got, err := measure("object of "+size.text+" got", size.times, int64(size.bytes), func(i int) error {
			_, err := s.Read(ctx, chunks[i])
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, put, got)
	}
	return all, nil
}

// Sizes of the measured checkpoint: that of SAC on HalfCheetah with a million steps in its replay buffer [bytes].
const (
	stateBytes   = 300 << 10
	segmentBytes = 13 << 20
	segments     = 8         // of the replay buffer, each a file
	moreBytes    = 220 << 10 // added to the last segment between two checkpoints
)

// measureCheckpoints measures a checkpoint of 100 MB, further ones with 0.5 MB more, and the way of the
// whole back to a directory.
func measureCheckpoints(ctx context.Context, s *journal.Store, dir string) ([]Measurement, error) {
	from := filepath.Join(dir, "from")
	if err := os.MkdirAll(filepath.Join(from, "checkpoint"), 0o755); err != nil {
		return nil, err
	}
	snapshot := run.Snapshot{Whole: []string{stateFile}}
	for i := range segments {
		snapshot.Records = append(snapshot.Records, state.RecordFile{Name: fmt.Sprintf("checkpoint/replay.%d", i), First: i, Size: segmentBytes})
		if err := grow(from, snapshot.Records[i].Name, noise(uint64(i), segmentBytes)); err != nil {
			return nil, err
		}
	}
	p := &shipper{
		ctx: ctx, lost: func(error) {}, say: func(string) {}, store: s, journal: s.Journal("ship", "bench-1", journal.Position{}),
		objects: s.Objects("ship", "bench-1"), dir: from, slot: make(chan struct{}, 1),
		last: &journal.Entry{Kind: journal.Claim, Job: measuredJob("ship"), Owner: "bench-1"},
	}
	send := func(i int) error {
		if err := os.WriteFile(filepath.Join(from, stateFile), noise(uint64(100+i), stateBytes), 0o600); err != nil {
			return err
		}
		p.Saved(snapshot)
		p.wait()
		return p.err
	}
	whole, err := measure("checkpoint of 100 MB sent", 1, stateBytes+segments*segmentBytes, send)
	if err != nil {
		return nil, err
	}
	last := &snapshot.Records[segments-1]
	more, err := measure("0.5 MB more sent", 20, stateBytes+moreBytes, func(i int) error {
		last.Size += moreBytes
		return errors.Join(grow(from, last.Name, noise(uint64(i), moreBytes)), send(i))
	})
	if err != nil {
		return nil, err
	}
	restored, err := measure("checkpoint of 100 MB restored", 3, stateBytes+segments*segmentBytes+20*moreBytes, func(i int) error {
		return layOut(ctx, s, filepath.Join(dir, fmt.Sprint("to", i)), p.last, func(string) bool { return false })
	})
	return []Measurement{whole, more, restored}, err
}

// grow appends data to a file in a directory.
func grow(dir, name string, data []byte) error {
	f, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(name)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// noise returns n random bytes.
func noise(seed uint64, n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(data)
	return data
}
