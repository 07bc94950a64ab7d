package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// layOut writes the files of an entry to the run directory dir, except those for which skip returns true.
func layOut(ctx context.Context, s *journal.Store, dir string, e *journal.Entry, skip func(name string) bool) error {
	for name, f := range e.Files {
		if skip(name) {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := atomicfile.Write(path, func(w io.Writer) error {
			return copyChunks(ctx, s, w, f.Chunks)
		}); err != nil {
			return err
		}
	}
	return nil
}

// copyChunks writes the bytes of chunks, one after another.
func copyChunks(ctx context.Context, s *journal.Store, w io.Writer, chunks []journal.Chunk) error {
	for _, c := range chunks {
		data, err := s.Read(ctx, c)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// layHoles makes logs with the lengths of an entry, without their rows. A run only appends to its
// logs, so a worker does not need the rows.
func layHoles(dir string, e *journal.Entry) error {
	for name, size := range e.Logs {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// appendRows writes the rows of an entry to a log, at their place, and removes everything behind them.
func appendRows(ctx context.Context, s *journal.Store, name string, rows []journal.Chunk) (err error) {
	flags := os.O_RDWR // run.Open has made the file, and checked that it is not a link
	if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
		flags |= os.O_CREATE | os.O_EXCL // but learned.csv, which only some runs have
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if at := rows[0].At; info.Size() < at {
		return fmt.Errorf("%s was cut short: it has %d bytes, and the next rows belong after %d", name, info.Size(), at)
	}
	if err := f.Truncate(rows[0].At); err != nil {
		return err
	}
	return copyChunks(ctx, s, io.NewOffsetWriter(f, rows[0].At), rows)
}
