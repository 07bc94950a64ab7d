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

// A Segments keeps the records of State.Records in files of a directory, so that each Save writes
// only the new records. The container has the length and the checksum of each file; bytes that
// were appended later are ignored.
type Segments struct {
	dir   string
	files map[string]*recordFiles // by the name of the records
}

// A recordFiles is the files of one sequence of records.
type recordFiles struct {
	files       []segment // in the order of their records
	nextRecord  int       // index after the last record in the files
	freeRecords int       // number of records that still fit into the last file
}

// A segment is one file of records, with the name NAME.ID.
type segment struct {
	id       int
	first    int    // index of the first record
	size     int    // number of valid bytes
	checksum uint32 // CRC-32C of the valid bytes
}

// flushSize is the approximate number of bytes in one write.
const flushSize = 1 << 20

// NewSegments returns a Segments for the directory dir, which must exist when the Segments is
// used.
func NewSegments(dir string) *Segments { return &Segments{dir, map[string]*recordFiles{}} }

// Save writes the state of s to w like the function Save, but writes its records to files. It
// keeps the files of the previous Save: see Tidy. After an error it restores the files, so that a
// full disk has its free space again.
func (g *Segments) Save(w io.Writer, s Stater) error {
	before := g.copyFiles()
	err := save(w, s, g)
	if err != nil {
		g.restoreFiles(before)
	}
	return err
}

// copyFiles returns a copy of g.files.
func (g *Segments) copyFiles() map[string]*recordFiles {
	files := map[string]*recordFiles{}
	for name, set := range g.files {
		files[name] = &recordFiles{slices.Clone(set.files), set.nextRecord, set.freeRecords}
	}
	return files
}

// restoreFiles sets g.files to the argument before. It truncates the files to their lengths in
// before and removes newer files.
func (g *Segments) restoreFiles(before map[string]*recordFiles) {
	for name, set := range g.files {
		var old []segment
		if kept := before[name]; kept != nil {
			old = kept.files
		}
		for _, f := range set.files {
			path := g.path(name, f.id)
			i := slices.IndexFunc(old, func(o segment) bool { return o.id == f.id })
			if i < 0 {
				os.Remove(path)
			} else if old[i].complete(path) {
				os.Truncate(path, int64(old[i].size)) // if this fails, appendRecords truncates the file later
			}
		}
	}
	g.files = before
	for name, set := range before {
		if slices.ContainsFunc(set.files, func(f segment) bool { return !f.complete(g.path(name, f.id)) }) {
			delete(before, name) // the next Save writes all its records again
		}
	}
}

// complete reports whether path is a regular file with at least f.size bytes.
func (f *segment) complete(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() >= int64(f.size)
}

// Load sets the state of s like the function Load, from a container that Save wrote and from its
// files. The next Save appends to these files.
func (g *Segments) Load(r io.Reader, s Stater) error { return load(r, s, g) }

// Tidy removes the files that the latest Save does not use. Call it when the container of that
// Save is safely stored. A file that cannot be removed is left for the next Tidy.
func (g *Segments) Tidy() {
	for name, set := range g.files {
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

// A RecordFile is a file of records, as the latest Save or Load left it.
type RecordFile struct {
	Name  string // name of the file in the directory
	First int    // index of the first record. Two files with the same First begin with the same bytes
	Size  int64  // number of valid bytes
}

// Files returns the files of records that the latest Save or Load used, sorted by name. Their valid
// bytes do not change, also when a later Save appends to a file. A file that a later Save does not
// use is removed.
func (g *Segments) Files() (all []RecordFile) {
	for name, set := range g.files {
		for _, f := range set.files {
			all = append(all, RecordFile{filepath.Base(g.path(name, f.id)), f.first, int64(f.size)})
		}
	}
	slices.SortFunc(all, func(a, b RecordFile) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// path returns the path of a file of records.
func (g *Segments) path(name string, id int) string {
	return filepath.Join(g.dir, fmt.Sprintf("%s.%d", name, id))
}

// Records saves or loads the records with the indices [from, to) of a sequence, which grows at
// its end and keeps at most limit records. A record must not change: with a Segments, each record
// is written only once. The function write appends record i to dst. The function read reads
// record i from the start of src and returns the rest. It is called for the records in order, and
// possibly for some older records before them. Loading more than limit records is an error.
func (s *State) Records(name string, from, to *int, limit int,
	write func(dst []byte, i int) []byte, read func(src []byte, i int) (rest []byte, err error)) {
	s.Int(name+"/from", from, MaxCount)
	s.Int(name+"/to", to, *from+limit)
	if s.err == nil && *from > *to {
		s.err = fmt.Errorf("state: %q has records %d to %d", name, *from, *to)
	}
	if s.err != nil {
		return
	}
	set := new(recordFiles)
	if s.segments != nil && !s.loading {
		if set = s.segments.files[name]; set == nil {
			set = new(recordFiles)
			s.segments.files[name] = set
		}
		s.err = s.segments.writeNew(name, set, *from, *to, limit, write)
	}
	files := len(set.files)
	s.Int(name+"/files", &files, limit+1)
	switch {
	case files == 0:
		s.visitInline(name, *from, *to, write, read)
	case s.segments == nil:
		s.Fail(fmt.Errorf("state: the records of %q are in files beside it", name))
	case !s.loading:
		for _, f := range set.files {
			f.visit(s, name)
		}
	default:
		s.Fail(s.loadFiles(name, files, *to, read))
	}
}

// visit saves or loads the fields of a segment.
func (f *segment) visit(s *State, name string) {
	s.Int(name+"/id", &f.id, MaxCount)
	s.Int(name+"/first", &f.first, MaxCount)
	s.Int(name+"/size", &f.size, maxLength)
	s.checksum(name+"/sum", &f.checksum)
}

// checksum saves or loads a CRC-32C checksum.
func (s *State) checksum(name string, p *uint32) {
	v := uint64(*p)
	if s.Uint(name, &v); s.err == nil && v > math.MaxUint32 {
		s.err = fmt.Errorf("state: %q is %d, want 0 … %d", name, v, uint32(math.MaxUint32))
	}
	if s.err == nil {
		*p = uint32(v)
	}
}

// visitInline saves or loads records that are inside the container.
func (s *State) visitInline(name string, from, to int, write func([]byte, int) []byte, read func([]byte, int) ([]byte, error)) {
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

// readAll reads the records with the indices [from, to) in data, which must have no other bytes.
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

// loadFiles loads n segments and reads the records in their files. The last record has the index
// to-1.
func (s *State) loadFiles(name string, n, to int, read func([]byte, int) ([]byte, error)) error {
	set := &recordFiles{nextRecord: to}
	for range n {
		var f segment
		if f.visit(s, name); s.err != nil {
			return s.err
		}
		set.files = append(set.files, f)
	}
	for i, f := range set.files {
		end := to
		if i+1 < n {
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
	s.segments.files[name] = set
	return nil
}

// read returns the valid bytes of the file at path.
func (f *segment) read(path string) ([]byte, error) {
	file, err := infile.Open(path)
	if errors.Is(err, os.ErrNotExist) { // not wrapped: os.ErrNotExist would mean that there is no container
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
	case crc32.Checksum(data, castagnoli) != f.checksum:
		return nil, fmt.Errorf("state: %s is damaged: the checksum does not match", path)
	}
	return data, nil
}

// writeNew writes the records with indices below to that are not in a file yet. A file has at
// most limit/8 + 1 records. If all records of a file have indices below from, writeNew removes
// the file from set.
func (g *Segments) writeNew(name string, set *recordFiles, from, to, limit int, write func([]byte, int) []byte) error {
	if set.nextRecord < from || set.nextRecord > to {
		*set = recordFiles{nextRecord: from}
	}
	for set.nextRecord < to {
		if set.freeRecords == 0 {
			f, err := g.createFile(name, set.nextRecord)
			if err != nil {
				return err
			}
			set.files, set.freeRecords = append(set.files, f), limit/8+1
		}
		if err := g.appendRecords(name, set, to, write); err != nil {
			return err
		}
	}
	for len(set.files) > 1 && set.files[1].first <= from {
		set.files = slices.Delete(set.files, 0, 1)
	}
	return nil
}

// createFile creates an empty file with an unused id. The argument first is the index of the
// file's first record.
func (g *Segments) createFile(name string, first int) (segment, error) {
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

// appendRecords appends the next records to the last file, until the file is full or the index of
// the next record is to.
func (g *Segments) appendRecords(name string, set *recordFiles, to int, write func([]byte, int) []byte) (err error) {
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
	if err := file.Truncate(int64(f.size)); err != nil { // a killed program may have written more
		return err
	}
	data := make([]byte, 0, flushSize)
	for set.nextRecord < to && set.freeRecords > 0 {
		data = data[:0]
		for ; set.nextRecord < to && set.freeRecords > 0 && len(data) < flushSize; set.nextRecord++ {
			data, set.freeRecords = write(data, set.nextRecord), set.freeRecords-1
		}
		if _, err := file.WriteAt(data, int64(f.size)); err != nil {
			return err
		}
		f.size, f.checksum = f.size+len(data), crc32.Update(f.checksum, castagnoli, data)
	}
	return file.Sync()
}
