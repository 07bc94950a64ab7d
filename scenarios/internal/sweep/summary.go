package sweep

import (
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// A Summary summarises the results of a cell's runs over the seeds. With --seeds it is the last
// line of --json.
type Summary struct {
	Event    string   `json:"event"` // "results"
	Scenario string   `json:"scenario"`
	Sweep    string   `json:"sweep,omitempty"` // the cell's settings, KEY=VALUE, …
	Seeds    []uint64 `json:"seeds"`
	Failed   []uint64 `json:"failed"` // seeds of the runs that failed
	Eval     struct { // statistics of the runs' mean returns; null if no run is finished
		Mean   *run.Number    `json:"mean"`
		Median *run.Number    `json:"median"`
		IQM    *run.Number    `json:"iqm"`
		CI95   *[2]run.Number `json:"ci95"` // bootstrap interval of IQM
	} `json:"eval"`
}

// Means returns the mean return of each finished run.
func (c *Cell) Means() (means []float64) {
	for _, r := range c.Runs {
		if r.Err == nil {
			means = append(means, r.Result.Eval.Mean)
		}
	}
	return means
}

// Summary summarises the results of the cell. All its runs must have ended.
func (c *Cell) Summary() Summary {
	s := Summary{Event: "results", Scenario: c.Scenario.Name, Sweep: c.Label, Seeds: []uint64{}, Failed: []uint64{}}
	for _, r := range c.Runs {
		s.Seeds = append(s.Seeds, r.Seed)
		if r.Err != nil {
			s.Failed = append(s.Failed, r.Seed)
		}
	}
	if means := c.Means(); len(means) > 0 {
		number := func(x float64) *run.Number { return new(run.Number(x)) }
		s.Eval.Mean, s.Eval.Median, s.Eval.IQM = number(statistics.Mean(means)), number(statistics.Median(means)), number(statistics.IQM(means))
		i := statistics.Bootstrap(1, func(x ...[]float64) float64 { return statistics.IQM(x[0]) }, means)
		s.Eval.CI95 = &[2]run.Number{run.Number(i.Low), run.Number(i.High)}
	}
	return s
}
