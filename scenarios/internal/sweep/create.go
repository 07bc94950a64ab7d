package sweep

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// A Keeper marks the directories of runs that train elsewhere, so that the same command finds them again.
type Keeper interface {
	Mark(dir string) error
	Marked(dir string) bool
}

// Create creates the runs and closes them. Before it writes anything, it makes a policy for each
// cell, so that wrong settings are found first.
func (s *Sweep) Create() error { return s.create(nil) }

// CreateOrFind is like Create, but finds the runs that an earlier command has created with the same
// settings and marked, and those in the user's directory that are finished. It marks the runs that it
// creates.
func (s *Sweep) CreateOrFind(k Keeper) error { return s.create(k) }

func (s *Sweep) create(k Keeper) error {
	if err := s.checkOut(k); err != nil {
		return err
	}
	for _, c := range s.Cells {
		if _, err := c.Scenario.NewPolicy(); err != nil {
			return err
		}
	}
	for _, r := range s.Runs() {
		own, err := s.source.Scenario(r.changes)
		if err != nil {
			return err
		}
		r.done = make(chan struct{})
		if k != nil {
			found, err := r.find(own, k)
			if err != nil {
				return err
			}
			if found {
				continue
			}
		}
		created, err := run.Create(own, r.Dir)
		if err != nil {
			return err
		}
		r.Dir = created.Dir
		if err := created.Close(); err != nil {
			return err
		}
		if k != nil {
			if err := k.Mark(r.Dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOut returns an error if the user's directory exists. With a Keeper it may exist if it has one
// of the runs.
func (s *Sweep) checkOut(k Keeper) error {
	if s.out == "" {
		return nil
	}
	if _, err := os.Lstat(s.out); err != nil {
		return nil
	}
	if k != nil {
		for _, r := range s.Runs() {
			if _, err := os.Lstat(r.Dir); err == nil {
				return nil
			}
		}
	}
	return fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", s.out)
}

// find looks for the directory of an earlier command with the same run, and sets r.Dir if there is one.
func (r *Run) find(own *scenario.Scenario, k Keeper) (bool, error) {
	text, err := own.Encode()
	if err != nil {
		return false, err
	}
	same := func(dir string) bool {
		there, err := infile.Read(filepath.Join(dir, "config.yaml"), int64(len(text)))
		return err == nil && bytes.Equal(there, text)
	}
	if r.Dir != "" {
		_, err := os.Lstat(filepath.Join(r.Dir, "result.json"))
		return (err == nil || k.Marked(r.Dir)) && same(r.Dir), nil
	}
	base := filepath.Join("runs", own.Name, fmt.Sprintf("seed-%d", own.Seed))
	for dir, n := base, 2; ; dir, n = fmt.Sprintf("%s-%d", base, n), n+1 {
		if _, err := os.Lstat(dir); err != nil {
			return false, nil
		}
		if k.Marked(dir) && same(dir) {
			r.Dir = dir
			return true, nil
		}
	}
}
