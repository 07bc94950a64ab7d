package hub

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A shipper sends the checkpoints of a run to the hub while the run trains. If the hub is away or
// slow, training goes on, and the shipper leaves out checkpoints. It is a run.Saver.
type shipper struct {
	ctx     context.Context // ends when nothing more is to be sent
	lost    context.CancelCauseFunc
	say     func(text string)
	store   *journal.Store
	journal *journal.Journal
	objects *journal.ObjectWriter
	job     journal.Job
	dir     string
	steps   int           // training steps of the latest iteration
	latest  *run.Snapshot // latest checkpoint; nil before the first
	unsent  bool          // whether latest was left out
	slot    chan struct{} // has an element while a checkpoint is sent. Who has put it there owns last and err
	last    *journal.Entry
	err     error
}

// Observe keeps the number of training steps.
func (p *shipper) Observe(_ context.Context, _ *run.Run, st *run.Status) error {
	p.steps = st.Steps
	return nil
}

// Saved sends a checkpoint, unless the one before is still on its way.
func (p *shipper) Saved(s run.Snapshot) {
	p.latest, p.unsent = &s, true
	select {
	case p.slot <- struct{}{}:
	default:
		return
	}
	c, err := openCheckpoint(p.dir, s, p.steps)
	if err != nil || p.err != nil {
		if p.err == nil {
			p.err = err
			p.lost(err)
		}
		<-p.slot
		return
	}
	p.unsent = false
	go func() {
		defer func() { <-p.slot }()
		p.send(c, journal.Commit)
	}()
}

// finish sends the latest checkpoint if it was left out, or in any case if kind is Done: the files
// that training has written after the checkpoint, named more, then go with it. Training must have
// ended.
func (p *shipper) finish(kind journal.Kind, more ...string) error {
	select {
	case p.slot <- struct{}{}:
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
	defer func() { <-p.slot }()
	if p.err != nil || p.latest == nil || !p.unsent && kind == journal.Commit {
		return p.err
	}
	s := *p.latest
	s.Whole = append(s.Whole[:len(s.Whole):len(s.Whole)], more...)
	c, err := openCheckpoint(p.dir, s, p.steps)
	if err != nil {
		return err
	}
	p.send(c, kind)
	return p.err
}

// wait waits until no checkpoint is being sent.
func (p *shipper) wait() {
	p.slot <- struct{}{}
	<-p.slot
}

// fail ends the job with an error. The actions of a failed episode go with it.
func (p *shipper) fail(why error) error {
	e := *p.last
	e.Kind, e.Rows, e.Error = journal.Failed, nil, sentence(withoutDir(why, p.dir))
	e.Files = maps.Clone(e.Files)
	if data, err := readWhole(filepath.Join(p.dir, episodeFile)); err == nil {
		chunks, err := p.whole(data, nil)
		if err != nil {
			return err
		}
		e.Files[episodeFile] = journal.File{Chunks: chunks}
	}
	return p.journal.Append(p.ctx, &e)
}

// send puts what is new since the last entry into objects, and appends an entry.
func (p *shipper) send(c *checkpoint, kind journal.Kind) {
	defer c.close()
	defer time.AfterFunc(slow, p.late).Stop()
	e, err := p.entry(c, kind)
	if err == nil {
		err = p.journal.Append(p.ctx, e)
	}
	if err != nil {
		p.err = err
		p.lost(err)
		return
	}
	p.store.Tidy(p.ctx, p.last, e)
	p.last = e
}

// slow is the time after which a checkpoint on its way is late.
const slow = 30 * time.Second

// late says that a checkpoint is on its way for a long time.
func (p *shipper) late() {
	j := p.job
	p.say(fmt.Sprintf("%s, seed %d: a checkpoint is not stored yet, because the hub is away, slow or full; training continues", j.Name, j.Seed))
}

// entry returns the entry of a checkpoint.
func (p *shipper) entry(c *checkpoint, kind journal.Kind) (*journal.Entry, error) {
	e := &journal.Entry{
		Kind: kind, Job: p.last.Job, Owner: p.last.Owner, Steps: c.steps,
		Files: map[string]journal.File{}, Logs: map[string]int64{}, Rows: map[string][]journal.Chunk{},
	}
	for name, data := range c.whole {
		chunks, err := p.whole(data, p.last.Files[name].Chunks)
		if err != nil {
			return nil, err
		}
		e.Files[name] = journal.File{Chunks: chunks}
	}
	for _, f := range c.records {
		chunks, err := p.records(f, p.last.Files[f.Name])
		if err != nil {
			return nil, err
		}
		e.Files[f.Name] = journal.File{Chunks: chunks, First: f.First}
	}
	for _, f := range c.logs {
		e.Logs[f.Name] = f.Size
		if from := p.last.Logs[f.Name]; from < f.Size {
			rows, err := p.objects.Split(p.ctx, f.file, from, f.Size)
			if err != nil {
				return nil, err
			}
			e.Rows[f.Name] = rows
		}
	}
	return e, nil
}

// whole returns the chunks of a file that is replaced as a whole. It keeps the old chunks with the
// same bytes.
func (p *shipper) whole(data []byte, old []journal.Chunk) (all []journal.Chunk, err error) {
	for at := int64(0); at < int64(len(data)); {
		piece := data[at:min(at+journal.ChunkSize(at), int64(len(data)))]
		var c journal.Chunk
		if i := len(all); i < len(old) && old[i].Size == int64(len(piece)) && bytes.Equal(old[i].Sum, journal.Sum(piece)) {
			c = old[i]
		} else if c, err = p.objects.Chunk(p.ctx, at, piece); err != nil {
			return nil, err
		}
		all, at = append(all, c), at+c.Size
	}
	return all, nil
}

// records returns the chunks of a file of records. If it is the old file, which has grown, the old
// chunks stay, except the last one if it was not full.
func (p *shipper) records(f recordFile, old journal.File) ([]journal.Chunk, error) {
	var all []journal.Chunk
	at := int64(0)
	if old.First == f.First {
		for _, c := range old.Chunks {
			end := c.At + c.Size
			if end > f.Size || end < f.Size && c.Size < journal.ChunkSize(c.At) {
				break
			}
			all, at = append(all, c), end
		}
	}
	rest, err := p.objects.Split(p.ctx, f.file, at, f.Size)
	return append(all, rest...), err
}

// A checkpoint is an open checkpoint. Its bytes do not change, although training goes on: files that
// training replaces are in memory, and files that only grow are open.
type checkpoint struct {
	steps   int
	whole   map[string][]byte
	records []recordFile
	logs    []logFile
}

// A recordFile is an open file of records.
type recordFile struct {
	state.RecordFile
	file *os.File
}

// A logFile is an open log.
type logFile struct {
	run.Length
	file *os.File
}

// openCheckpoint opens the files of a snapshot.
func openCheckpoint(dir string, s run.Snapshot, steps int) (_ *checkpoint, err error) {
	c := &checkpoint{steps: steps, whole: map[string][]byte{}}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	path := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for _, name := range s.Whole {
		if c.whole[name], err = readWhole(path(name)); err != nil {
			return nil, err
		}
	}
	for _, r := range s.Records {
		f, err := infile.Open(path(r.Name))
		if err != nil {
			return nil, err
		}
		c.records = append(c.records, recordFile{r, f})
	}
	for _, l := range s.Logs {
		f, err := infile.Open(path(l.Name))
		if err != nil {
			return nil, err
		}
		c.logs = append(c.logs, logFile{l, f})
	}
	return c, nil
}

// readWhole returns the bytes of a file.
func readWhole(name string) ([]byte, error) {
	f, err := infile.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// close closes the files.
func (c *checkpoint) close() {
	for _, f := range c.records {
		f.file.Close()
	}
	for _, f := range c.logs {
		f.file.Close()
	}
}
