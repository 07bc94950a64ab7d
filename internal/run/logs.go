package run

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/env/state"
)

// logs are the files that grow while a run trains.
type logs struct {
	progress, episodes logFile
}

// open opens both, cut to the lengths that the last checkpoint has them at.
func (l *logs) open(dir string) error {
	return errors.Join(
		l.progress.open(filepath.Join(dir, "progress.csv")),
		l.episodes.open(filepath.Join(dir, "episodes.csv")))
}

func (l *logs) close() error { return errors.Join(l.progress.close(), l.episodes.close()) }
func (l *logs) sync() error  { return errors.Join(l.progress.sync(), l.episodes.sync()) }

// State visits the lengths.
func (l *logs) State(s *state.State) {
	s.Int("logs/progress", &l.progress.length, math.MaxInt)
	s.Int("logs/episodes", &l.episodes.length, math.MaxInt)
}

// write appends a row for each episode that ended and, where wanted, a row of
// progress, under the names that Stable-Baselines3 has for the columns.
func (l *logs) write(st Status, progress bool) error {
	e := &l.episodes
	if e.length == 0 {
		e.row("r", "l", "t")
	}
	for _, ep := range st.Ended {
		e.row(number(ep.Return), strconv.Itoa(ep.Length), seconds(st))
	}
	if !progress {
		return e.err
	}
	p := &l.progress
	if p.length == 0 {
		header := []string{"eval/mean_ep_length", "eval/mean_reward", "rollout/ep_len_mean", "rollout/ep_rew_mean", "time/episodes", "time/fps", "time/time_elapsed", "time/total_timesteps"}
		for _, f := range st.Losses {
			header = append(header, "train/"+f.Name)
		}
		p.row(header...)
	}
	length, reward := "", ""
	if st.Episodes > 0 {
		length, reward = number(st.Length), number(st.Return)
	}
	row := []string{number(st.EvalLength), number(st.EvalReturn), length, reward, strconv.Itoa(st.Episodes), number(math.Round(st.StepsPerSecond())), seconds(st), strconv.Itoa(st.Steps)}
	for _, f := range st.Losses {
		row = append(row, number(f.Value))
	}
	p.row(row...)
	return errors.Join(p.flush(), e.flush())
}

// number is x in the fewest digits that read back as x; nothing where it is none.
func number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func seconds(st Status) string { return number(milliseconds(st.Elapsed)) }

// A logFile is a file of rows being appended to.
type logFile struct {
	file   *os.File
	buf    *bufio.Writer
	length int   // in bytes, of all rows written
	err    error // the first
}

// open opens the file and drops what is in it beyond its length. A file that
// is shorter has lost rows, which is an error.
func (f *logFile) open(name string) error {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	f.file, f.buf = file, bufio.NewWriter(file)
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < int64(f.length) {
		return fmt.Errorf("%s: cut short: %d bytes, and the checkpoint counts on %d", name, info.Size(), f.length)
	}
	if err := file.Truncate(int64(f.length)); err != nil {
		return err
	}
	_, err = file.Seek(int64(f.length), 0)
	return err
}

// row appends cells, none of which needs quotes.
func (f *logFile) row(cells ...string) {
	n, err := f.buf.WriteString(strings.Join(cells, ",") + "\n")
	f.length += n
	f.err = errors.Join(f.err, err)
}

func (f *logFile) flush() error {
	f.err = errors.Join(f.err, f.buf.Flush())
	return f.err
}

func (f *logFile) sync() error { return errors.Join(f.flush(), f.file.Sync()) }

func (f *logFile) close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.flush(), f.file.Close())
}
