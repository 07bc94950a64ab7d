package agents

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/internal/infile"
)

// A Recorder is an Agent that learns from the trajectories of several actors in an order that
// depends on their speed. The order makes the run repeatable: see the setting replay_log.
type Recorder interface {
	Agent

	// Records reports whether the order depends on the speed of the actors. It never changes.
	Records() bool

	// Learned returns the trajectories that the latest Learn has used, in order. The Agent owns
	// the slice and overwrites it in the next Learn.
	Learned() []Learned
}

// A Learned is the use of a trajectory by a learner. An actor's trajectory is a function of its
// number and of the weights with which each of its trajectories was played.
type Learned struct {
	Update  int // number of the update that learned from it first, from 1; 0: it was too old and was dropped
	Actor   int // number of the actor
	Number  int // number of the trajectory, counted for each actor from 0
	Version int // version of the weights with which it was played
}

// LearnedHeader is the first row of a file of Learned.
const LearnedHeader = "update,actor,trajectory,version"

// String returns l as a row of the file.
func (l Learned) String() string {
	return fmt.Sprintf("%d,%d,%d,%d", l.Update, l.Actor, l.Number, l.Version)
}

// maxLearned is the largest length of a file of Learned [bytes].
const maxLearned = 1 << 30

// maxNumber is the largest number in a file of Learned.
const maxNumber = 1<<31 - 1

// parseLearned reads the rows of a file of Learned.
func parseLearned(text []byte) (all []Learned, err error) {
	line := 0
	for row := range bytes.Lines(text) {
		line++
		cell := strings.TrimRight(string(row), "\r\n")
		if line == 1 {
			if cell != LearnedHeader {
				return nil, fmt.Errorf("line 1 is %.80q, want %s, as in the learned.csv of a run", cell, LearnedHeader)
			}
			continue
		}
		var numbers [4]int
		cells := strings.Split(cell, ",")
		if len(cells) != len(numbers) {
			return nil, fmt.Errorf("line %d has %d numbers, want %d", line, len(cells), len(numbers))
		}
		for i, c := range cells {
			if numbers[i], err = strconv.Atoi(c); err != nil || numbers[i] < 0 || numbers[i] > maxNumber {
				return nil, fmt.Errorf("line %d has %.40q, want whole numbers from 0 to %d", line, c, maxNumber)
			}
		}
		all = append(all, Learned{numbers[0], numbers[1], numbers[2], numbers[3]})
	}
	if line == 0 {
		return nil, errors.New("it is empty; want the learned.csv of a run")
	}
	return all, nil
}

// A script is the order in which an earlier run has learned, which a fleet repeats.
type script struct {
	entries  []Learned
	at       int             // next entry
	versions [][]int         // for each actor, the version of the weights of each of its trajectories
	made     [][]*Trajectory // for each actor, the trajectories that are played and not taken yet
}

// readScript reads a file of Learned for a fleet with the given number of actors.
func readScript(name string, actors int) (*script, error) {
	text, err := infile.Read(name, maxLearned)
	if err != nil {
		return nil, err
	}
	entries, err := parseLearned(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s, err := newScript(entries, actors)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// newScript returns the script of entries for a fleet with the given number of actors.
func newScript(entries []Learned, actors int) (*script, error) {
	s := &script{entries: entries, versions: make([][]int, actors), made: make([][]*Trajectory, actors)}
	for i, e := range entries {
		line := i + 2
		if e.Actor >= actors {
			return nil, fmt.Errorf("line %d is of actor %d, want actors below %d, the setting actors", line, e.Actor, actors)
		}
		v := &s.versions[e.Actor]
		if e.Number != len(*v) {
			return nil, fmt.Errorf("line %d is trajectory %d of actor %d, want its trajectory %d: the trajectories of an actor depend on those before", line, e.Number, e.Actor, len(*v))
		}
		if n := len(*v); n > 0 && e.Version < (*v)[n-1] {
			return nil, fmt.Errorf("line %d has version %d, want %d or more, as actor %d had before", line, e.Version, (*v)[n-1], e.Actor)
		}
		*v = append(*v, e.Version)
	}
	return s, nil
}

// take returns the trajectory of the next entry.
func (s *script) take() (*Trajectory, error) {
	if s.at == len(s.entries) {
		return nil, fmt.Errorf("replay_log ends after %d trajectories; want no more steps than the run that wrote it had", s.at)
	}
	e := s.entries[s.at]
	if len(s.made[e.Actor]) == 0 {
		return nil, fmt.Errorf("replay_log: line %d was played with version %d, which is not published yet; want the log of a run with the same settings", s.at+2, e.Version)
	}
	s.at++
	list := s.made[e.Actor]
	s.made[e.Actor] = list[1:]
	return list[0], nil
}
