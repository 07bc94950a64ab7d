package state

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/infile"
)

// Segments are files in a directory that have the records of State.Records, so that a
// state which is saved again writes only those that are new. The container has their
// lengths and checksums: what was appended after it was written does not count.
type Segments struct {
	dir  string
	sets map[string]*segments // by the name of the records
}

// segments are the files of one sequence of records.
type segments struct {
	files []segment // in the order of their records
	next  int       // the record after the last
	room  int       // records that the last file has room for
}

// A segment is one file, called name.ID.
type segment struct {
	id    int
	first int    // record
	size  int    // bytes that count
	sum   uint32 // CRC-32C of them
}

// flushSize is about how many bytes are written at once.
const flushSize = 1 << 20

// NewSegments returns Segments in dir, which exists when they are used.
func NewSegments(dir string) *Segments { return &Segments{dir, map[string]*segments{}} }

// Save writes s to w like the function Save, but its records to files. The files of
// the Save before are still whole then; see Tidy. After an error they are as they
// were, so that on a full disk nothing remains of what did not fit.
func (g *Segments) Save(w io.Writer, s Stater) error {
	before := g.copySets()
	err := save(w, s, g)
	if err != nil {
		g.restoreSets(before)
	}
	return err
}

func (g *Segments) copySets() map[string]*segments {
	sets := map[string]*segments{}
	for name, set := range g.sets {
		sets[name] = &segments{slices.Clone(set.files), set.next, set.room}
	}
	return sets
}

// restoreSets goes back to earlier sets: files are cut to their lengths then, and
// those that were not there are removed.
func (g *Segments) restoreSets(before map[string]*segments) {
	for name, set := range g.sets {
		var old []segment
		if was := before[name]; was != nil {
			old = was.files
		}
		for _, f := range set.files {
			path := g.path(name, f.id)
			i := slices.IndexFunc(old, func(o segment) bool { return o.id == f.id })
			if i < 0 {
				os.Remove(path)
			} else if old[i].whole(path) {
				os.Truncate(path, int64(old[i].size)) // where that fails, append cuts it
			}
		}
	}
	g.sets = before
	for name, set := range before {
		if slices.ContainsFunc(set.files, func(f segment) bool { return !f.whole(g.path(name, f.id)) }) {
			delete(before, name) // its files are begun anew
		}
	}
}

// whole reports whether at path there is a file that has the bytes that count.
func (f *segment) whole(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() >= int64(f.size)
}

// Load fills s like the function Load from what Save wrote, and goes on with its
// files.
func (g *Segments) Load(r io.Reader, s Stater) error { return load(r, s, g) }

// Tidy removes the files that the latest Save does without, once what it wrote is
// safe. A file that cannot be removed is one for the next Tidy.
func (g *Segments) Tidy() {
	for name, set := range g.sets {
		entries, _ := os.ReadDir(g.dir)
		for _, e := range entries {
			path := filepath.Join(g.dir, e.Name())
			used := func(f segment) bool { return g.path(name, f.id) == path }
			if strings.HasPrefix(e.Name(), name+".") && !slices.ContainsFunc(set.files, used) {
				os.Remove(path)
			}
		}
	}
}

func (g *Segments) path(name string, id int) string {
	return filepath.Join(g.dir, fmt.Sprintf("%s.%d", name, id))
}

// Records visits the records from … to-1 of a sequence that grows at its end, and of
// which at most so many count. A record never changes: where there are Segments, one
// that has been written is not written again. write appends record i to dst; read
// takes record i off the front of src, in order, maybe after some that were before
// from. It is an error to load more than most.
func (s *State) Records(name string, from, to *int, most int,
	write func(dst []byte, i int) []byte, read func(src []byte, i int) (rest []byte, err error)) {
	s.Int(name+"/from", from, MaxCount)
	s.Int(name+"/to", to, *from+most)
	if s.err == nil && *from > *to {
		s.err = fmt.Errorf("state: %q has records %d to %d", name, *from, *to)
	}
	if s.err != nil {
		return
	}
	set := new(segments)
	if s.segments != nil && !s.loading {
		if set = s.segments.sets[name]; set == nil {
			set = new(segments)
			s.segments.sets[name] = set
		}
		s.err = s.segments.extend(name, set, *from, *to, most, write)
	}
	files := len(set.files)
	s.Int(name+"/files", &files, most+1)
	switch {
	case files == 0:
		s.inline(name, *from, *to, write, read)
	case s.segments == nil:
		s.Fail(fmt.Errorf("state: the records of %q are in files beside it", name))
	case !s.loading:
		for _, f := range set.files {
			f.visit(s, name)
		}
	default:
		s.Fail(s.restore(name, files, *to, read))
	}
}

// visit visits what the container has of a file.
func (f *segment) visit(s *State, name string) {
	s.Int(name+"/id", &f.id, MaxCount)
	s.Int(name+"/first", &f.first, MaxCount)
	s.Int(name+"/size", &f.size, maxLength)
	s.checksum(name+"/sum", &f.sum)
}

// checksum visits a CRC-32C.
func (s *State) checksum(name string, p *uint32) {
	v := uint64(*p)
	if s.Uint(name, &v); s.err == nil && v > math.MaxUint32 {
		s.err = fmt.Errorf("state: %q is %d, want 0 … %d", name, v, uint32(math.MaxUint32))
	}
	if s.err == nil {
		*p = uint32(v)
	}
}

// inline visits records within the container.
func (s *State) inline(name string, from, to int, write func([]byte, int) []byte, read func([]byte, int) ([]byte, error)) {
	var data []byte
	if !s.loading {
		for i := from; i < to; i++ {
			data = write(data, i)
		}
	}
	size := len(data)
	s.Int(name+"/size", &size, len(s.buf)+len(data))
	if s.loading && s.err == nil {
		data = make([]byte, size)
	}
	if s.Bytes(name+"/records", data); s.loading && s.err == nil {
		s.err = readAll(name, data, from, to, read)
	}
}

// readAll reads the records from … to-1, which are all of data.
func readAll(name string, data []byte, from, to int, read func([]byte, int) ([]byte, error)) (err error) {
	for i := from; i < to; i++ {
		if data, err = read(data, i); err != nil {
			return fmt.Errorf("state: record %d of %q: %w", i, name, err)
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("state: %d bytes left over behind record %d of %q", len(data), to-1, name)
	}
	return nil
}

// restore reads files from their lines in the container, up to record to.
func (s *State) restore(name string, files, to int, read func([]byte, int) ([]byte, error)) error {
	set := &segments{next: to}
	for range files {
		var f segment
		if f.visit(s, name); s.err != nil {
			return s.err
		}
		set.files = append(set.files, f)
	}
	for i, f := range set.files {
		end := to
		if i+1 < files {
			end = set.files[i+1].first
		}
		data, err := f.read(s.segments.path(name, f.id))
		if err == nil {
			err = readAll(name, data, f.first, end, read)
		}
		if err != nil {
			return err
		}
	}
	s.segments.sets[name] = set
	return nil
}

// read returns what counts of the file at path.
func (f *segment) read(path string) ([]byte, error) {
	file, err := infile.Open(path)
	if errors.Is(err, os.ErrNotExist) { // an error of its own, for there is a state
		return nil, fmt.Errorf("state: %s is missing", path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, int64(f.size)))
	switch {
	case err != nil:
		return nil, err
	case len(data) < f.size:
		return nil, fmt.Errorf("state: %s is cut short: %d bytes of %d", path, len(data), f.size)
	case crc32.Checksum(data, castagnoli) != f.sum:
		return nil, fmt.Errorf("state: %s is damaged: the checksum does not match", path)
	}
	return data, nil
}

// extend writes the records up to to that are not in files yet, into files of an
// eighth of most, and forgets files that are all older than from.
func (g *Segments) extend(name string, set *segments, from, to, most int, write func([]byte, int) []byte) error {
	if set.next < from || set.next > to {
		*set = segments{next: from}
	}
	for set.next < to {
		if set.room == 0 {
			f, err := g.create(name, set.next)
			if err != nil {
				return err
			}
			set.files, set.room = append(set.files, f), most/8+1
		}
		if err := g.append(name, set, to, write); err != nil {
			return err
		}
	}
	for len(set.files) > 1 && set.files[1].first <= from {
		set.files = slices.Delete(set.files, 0, 1)
	}
	return nil
}

// create makes an empty file that nobody has, for records from first on.
func (g *Segments) create(name string, first int) (segment, error) {
	for id := 0; ; id++ {
		file, err := os.OpenFile(g.path(name, id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return segment{}, err
		}
		return segment{id: id, first: first}, file.Close()
	}
}

// append adds records up to to, as many as there is room for, to the last file.
func (g *Segments) append(name string, set *segments, to int, write func([]byte, int) []byte) (err error) {
	f := &set.files[len(set.files)-1]
	path := g.path(name, f.id)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("state: %s is a link or no file, which is not written to", path)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Truncate(int64(f.size)); err != nil { // what a killed program wrote
		return err
	}
	data := make([]byte, 0, flushSize)
	for set.next < to && set.room > 0 {
		data = data[:0]
		for ; set.next < to && set.room > 0 && len(data) < flushSize; set.next++ {
			data, set.room = write(data, set.next), set.room-1
		}
		if _, err := file.WriteAt(data, int64(f.size)); err != nil {
			return err
		}
		f.size, f.sum = f.size+len(data), crc32.Update(f.sum, castagnoli, data)
	}
	return file.Sync()
}
