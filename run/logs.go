package run

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/lock"
	"github.com/rlrun/rlrun/internal/tfevents"
)

// logs are the files to which training appends its metrics and episodes.
type logs struct {
	progress, episodes, events logFile
	learned                    logFile // what an agents.Recorder has learned from; the file is made with its first row
	dir                        string
}

// MaxLog is the maximum length of a progress.csv or episodes.csv that rlrun reads [bytes]:
// more than ten million rows.
const MaxLog = 1 << 30

// eventsFile is the name of the log for TensorBoard, which expects the prefix
// events.out.tfevents.
const eventsFile = "events.out.tfevents.rlrun"

// learnedFile is the name of the log of an agents.Recorder: the setting replay_log can name it.
const learnedFile = "learned.csv"

// open opens the logs and locks episodes.csv. The process with this lock owns the run: every run
// has this file, and the file is never replaced.
func (l *logs) open(dir string) error {
	l.dir = dir
	if err := l.episodes.open(filepath.Join(dir, "episodes.csv")); err != nil {
		return err
	}
	err := lock.Try(l.episodes.file)
	if errors.Is(err, lock.ErrHeld) {
		err = fmt.Errorf("%s: %w; wait until that process has ended", dir, ErrOwned)
	}
	if err != nil {
		return err
	}
	if err := l.progress.open(filepath.Join(dir, "progress.csv")); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, learnedFile)); err == nil {
		if err := l.openLearned(); err != nil {
			return err
		}
	}
	return l.events.open(filepath.Join(dir, eventsFile))
}

// openLearned opens learned.csv, if it is not open.
func (l *logs) openLearned() error {
	if l.learned.file != nil {
		return nil
	}
	return l.learned.open(filepath.Join(l.dir, learnedFile))
}

// rewind truncates the logs to the lengths that they had at the last checkpoint.
func (l *logs) rewind() error {
	if l.learned.length > 0 {
		if err := l.openLearned(); err != nil {
			return err
		}
	}
	return errors.Join(l.progress.rewind(), l.episodes.rewind(), l.events.rewind(), l.learned.rewind())
}

func (l *logs) close() error {
	return errors.Join(l.progress.close(), l.episodes.close(), l.events.close(), l.learned.close())
}

func (l *logs) sync() error {
	return errors.Join(l.progress.sync(), l.episodes.sync(), l.events.sync(), l.learned.sync())
}

// learnedState saves or loads the length of learned.csv, for a run that has it.
func (l *logs) learnedState(s *state.State) {
	s.Int("logs/learned", &l.learned.length, math.MaxInt)
}

// State saves or loads the lengths of the logs that all runs have.
func (l *logs) State(s *state.State) {
	s.Int("logs/progress", &l.progress.length, math.MaxInt)
	s.Int("logs/episodes", &l.episodes.length, math.MaxInt)
	s.Int("logs/events", &l.events.length, math.MaxInt)
}

// Observe appends the ended episodes to episodes.csv and, if it is due, a row to progress.csv.
func (l *logs) Observe(_ context.Context, r *Run, st *Status) error {
	due := st.Logged()
	if due {
		r.evals.mean, r.evals.length = math.NaN(), math.NaN()
		if err := r.owned(); err != nil {
			return err
		}
	}
	if err := l.writeLearned(recorder(r.agent)); err != nil {
		return err
	}
	return l.write(st, due)
}

// recorder returns the agent as a Recorder whose order of learning is to be logged, or nil.
func recorder(a agents.Agent) agents.Recorder {
	if rec, ok := a.(agents.Recorder); ok && rec.Records() {
		return rec
	}
	return nil
}

// writeLearned appends a row to learned.csv for each trajectory that a Recorder has used in this
// iteration. A nil Recorder has none.
func (l *logs) writeLearned(rec agents.Recorder) error {
	if rec == nil {
		return nil
	}
	if err := l.openLearned(); err != nil {
		return err
	}
	f := &l.learned
	if f.length == 0 {
		f.row(agents.LearnedHeader)
	}
	for _, t := range rec.Learned() {
		f.row(t.String())
	}
	return f.err
}

// write appends a row to episodes.csv for each ended episode. If progress is true, it also
// appends a row to progress.csv, whose columns have the names of Stable-Baselines3, and the same
// metrics to the TensorBoard log.
func (l *logs) write(st *Status, progress bool) error {
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
	p, all := &l.progress, st.Metrics()
	var header, row []string
	for _, f := range all {
		header, row = append(header, f.Name), append(row, number(f.Value))
	}
	if p.length == 0 {
		p.row(header...)
	}
	p.row(row...)
	if l.events.length == 0 {
		l.events.write(tfevents.AppendHeader(nil, time.Now()))
	}
	scalars := make([]tfevents.Scalar, len(all))
	for i, f := range all {
		scalars[i] = tfevents.Scalar{Tag: f.Name, Value: f.Value}
	}
	l.events.write(tfevents.AppendScalars(nil, time.Now(), st.Steps, scalars))
	return cmp.Or(p.flush(), e.flush(), l.events.flush()) // on a full disk all three fail, but one error is enough
}

// Metrics returns the metrics in a row of progress.csv. They have the names of Stable-Baselines3,
// and the environments' own metrics have names rollout/env_NAME. A metric without a value is NaN.
func (st *Status) Metrics() []agents.Metric {
	length, reward := math.NaN(), math.NaN()
	if st.Episodes > 0 {
		length, reward = st.Length, st.Return
	}
	all := []agents.Metric{
		{Name: "eval/mean_ep_length", Value: st.EvalLength}, {Name: "eval/mean_reward", Value: st.EvalReturn},
	}
	for _, f := range st.Measures {
		all = append(all, agents.Metric{Name: "rollout/env_" + f.Name, Value: f.Value})
	}
	all = append(all, []agents.Metric{
		{Name: "rollout/ep_len_mean", Value: length}, {Name: "rollout/ep_rew_mean", Value: reward},
		{Name: "time/episodes", Value: float64(st.Episodes)}, {Name: "time/fps", Value: math.Round(st.StepsPerSecond())},
		{Name: "time/time_elapsed", Value: milliseconds(st.Elapsed)}, {Name: "time/total_timesteps", Value: float64(st.Steps)},
	}...)
	for _, f := range st.Losses {
		all = append(all, agents.Metric{Name: "train/" + f.Name, Value: f.Value})
	}
	return all
}

// number returns the shortest text that parses to x. A whole number is written without an
// exponent. For NaN and infinite numbers the text is "".
func number(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return ""
	case x == math.Trunc(x) && math.Abs(x) < 1e15:
		return strconv.FormatInt(int64(x), 10)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func seconds(st *Status) string { return number(milliseconds(st.Elapsed)) }

// A logFile is a file to which training appends rows.
type logFile struct {
	file   *os.File
	buf    *bufio.Writer
	length int   // total length of the rows written [bytes]
	err    error // first error of a write
}

// open opens the file for appending. If the file does not exist, open makes it. A symbolic link
// is an error: rewind would truncate the file of the user that the link points to.
func (f *logFile) open(name string) error {
	flags := os.O_RDWR
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		flags |= os.O_CREATE | os.O_EXCL
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is a link or not a regular file; rlrun appends rows only to files of the run itself", name)
	}
	if f.file, err = os.OpenFile(name, flags, 0o644); err != nil {
		return err
	}
	f.buf = bufio.NewWriter(f.file)
	if !f.inPlace() {
		return fmt.Errorf("%s was replaced while rlrun opened it", name)
	}
	return nil
}

// inPlace reports whether the file's name still leads directly to the open file.
func (f *logFile) inPlace() bool {
	there, err := os.Lstat(f.file.Name())
	open, err2 := f.file.Stat()
	return err == nil && err2 == nil && os.SameFile(there, open)
}

// rewind truncates the file to f.length. It is an error if the file is shorter, because rows are
// then missing.
func (f *logFile) rewind() error {
	if f.file == nil {
		return nil
	}
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < int64(f.length) {
		return fmt.Errorf("%s was cut short: it has %d bytes, the checkpoint needs %d", f.file.Name(), info.Size(), f.length)
	}
	if err := f.file.Truncate(int64(f.length)); err != nil {
		return err
	}
	_, err = f.file.Seek(int64(f.length), 0)
	return err
}

// row appends a row of cells. The cells must not need quotes in CSV.
func (f *logFile) row(cells ...string) { f.write([]byte(strings.Join(cells, ",") + "\n")) }

func (f *logFile) write(data []byte) {
	n, err := f.buf.Write(data)
	f.length += n
	f.err = cmp.Or(f.err, err)
}

func (f *logFile) flush() error {
	f.err = cmp.Or(f.err, f.buf.Flush())
	return f.err
}

func (f *logFile) sync() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.flush(), f.file.Sync())
}

func (f *logFile) close() error {
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.flush(), f.file.Close())
	f.file = nil
	return err
}
