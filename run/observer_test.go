package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/run"
)

// A tally is an observer with a state: it counts iterations and ends training at a given count.
type tally struct {
	seen, most int
}

func (c *tally) Observe(_ context.Context, _ *run.Run, st *run.Status) error {
	c.seen++
	st.Stopped = st.Stopped || c.seen == c.most
	return nil
}

func (c *tally) State(s *state.State) { s.Int("tally", &c.seen, c.most) }

// TestObserver checks that an observer can end training. The run must be finished, with a last
// row in progress.csv and with the current policy. An interrupted and resumed run must have the
// same bytes.
func TestObserver(t *testing.T) {
	const iterations = 20 // of 64 steps
	sets := []string{"eval.freq=300"}
	r := create(t, parse(t, quick, sets...))
	res := finish(t, r, &tally{most: iterations})
	if res.Steps != iterations*64 {
		t.Errorf("%d steps, want %d, where the observer ends them", res.Steps, iterations*64)
	}
	if _, rows := table(t, r.Dir, "progress.csv"); len(rows) != 5 {
		t.Errorf("progress.csv has %d rows, want one past 300, 600, 900, 1200, and the last", len(rows))
	}
	want := outcome(t, r.Dir)
	for _, at := range []int{64, 300, 640, 1200} {
		r := create(t, parse(t, quick, sets...))
		interrupt(t, r, at, &tally{most: iterations})
		again := &tally{most: iterations}
		resume(t, r.Dir, again)
		same(t, fmt.Sprint("interrupted at ", at), outcome(t, r.Dir), want)
		if again.seen != iterations {
			t.Errorf("interrupted at %d: %d iterations seen, want %d", at, again.seen, iterations)
		}
	}
	if err := os.Remove(filepath.Join(r.Dir, "result.json")); err != nil {
		t.Fatal(err)
	}
	ended := &tally{most: iterations}
	resume(t, r.Dir, ended)
	same(t, "resumed after the end", outcome(t, r.Dir), want)
	if ended.seen != iterations {
		t.Errorf("resumed after the end: %d iterations seen, want %d", ended.seen, iterations)
	}
	again := open(t, r.Dir)
	if _, err := again.Extend(4000, false); err == nil || !strings.Contains(err.Error(), "an observer of the program that trained") {
		t.Errorf("Extend of a run that an observer ended: %v, want that it did", err)
	}
}

// TestObserverOrder checks that an observer is called after the evaluations and before the logs,
// and that it sees the changes of an earlier observer to the Status.
func TestObserverOrder(t *testing.T) {
	r := create(t, parse(t, quick, "eval.freq=640", "log_interval=640"))
	var order []string
	note := func(name string) run.Observer {
		return told(func(st *run.Status) {
			_, rows := 0, 0
			if st.Steps > 640 {
				_, all := table(t, r.Dir, "progress.csv")
				rows = len(all)
			}
			if st.Evaluated || st.Stopped {
				order = append(order, fmt.Sprintf("%s at %d: evaluated %v, logged %v, %d rows, stopped %v",
					name, st.Steps, st.Evaluated && st.EvalReturn > 0, st.Logged(), rows, st.Stopped))
			}
		})
	}
	stop := told(func(st *run.Status) { st.Stopped = st.Steps == 1344 })
	finish(t, r, note("first"), stop, note("second"))
	want := []string{
		"first at 640: evaluated true, logged true, 0 rows, stopped false",
		"second at 640: evaluated true, logged true, 0 rows, stopped false",
		"first at 1280: evaluated true, logged true, 1 rows, stopped false",
		"second at 1280: evaluated true, logged true, 1 rows, stopped false",
		"second at 1344: evaluated false, logged true, 2 rows, stopped true",
	}
	if got := strings.Join(order, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("observers noted\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if steps, _ := column(t, r.Dir, "time/total_timesteps"); len(steps) != 3 || steps[2] != 1344 {
		t.Errorf("rows at %v, want 640, 1280 and the last at 1344", steps)
	}
}

// another is a second type of tally.
type another struct{ tally }

// TestObserverFaults checks that an error of an observer ends Train. If observers have states, a
// resume with other observers must be an error.
func TestObserverFaults(t *testing.T) {
	broken := errors.New("no more ink")
	r := create(t, parse(t, quick))
	fails := run.ObserverFunc(func(context.Context, *run.Run, *run.Status) error { return broken })
	if st, err := r.Train(context.Background(), fails); !errors.Is(err, broken) || st.Steps != 64 {
		t.Errorf("Train with an observer that fails = %d steps, %v, want %v after 64", st.Steps, err, broken)
	}
	r = create(t, parse(t, quick))
	interrupt(t, r, 640, &tally{most: 100})
	for what, own := range map[string][]run.Observer{
		"no observers": nil, "another type": {&another{tally{most: 100}}}, "one more": {&tally{most: 100}, &tally{most: 100}},
	} {
		again := open(t, r.Dir)
		if err := again.Resume(); err != nil {
			t.Fatal(err)
		}
		_, err := again.Train(context.Background(), own...)
		if err == nil || !strings.HasPrefix(err.Error(), r.Dir+": it was trained with other observers; want the observers of the program that started it") {
			t.Errorf("Train with %s: %v, want that the run had others", what, err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := run.Open(filepath.Join(t.TempDir(), "none"), catalog()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of nothing: %v, want an os.ErrNotExist", err)
	}
}
