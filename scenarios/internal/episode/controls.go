package episode

import (
	"fmt"
	"strconv"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// Controls returns the keys with which a person can play. If the environment has keys of
// its own and no wrapper changes actions, it returns those. If not, it returns digits for discrete
// actions, arrow keys for continuous actions, and nil for other action spaces.
func (p *Player) Controls() []render.Control {
	if c, ok := env.AsIs[render.Controlled](p.Env()); ok {
		if all := c.Controls(); len(all) > 0 {
			return all
		}
	}
	if len(p.act.Parts) != 1 {
		return nil
	}
	switch part := &p.act.Parts[0]; {
	case part.Kind == env.Choice && part.Size() == 1:
		return digits(part.N[0])
	case part.Kind == env.Numbers:
		return arrows(part)
	}
	return nil
}

// digits returns digits as keys for the first ten of n discrete actions.
func digits(n int) (all []render.Control) {
	for i := range min(n, 10) {
		all = append(all, render.Control{Key: strconv.Itoa(i), Label: fmt.Sprint("action ", i), Act: []float32{float32(i)}})
	}
	return all
}

// arrows returns arrow keys for the first two numbers of a continuous action. A key sets its number
// to a bound, or to ±1 if there is no bound. The other numbers are in the middle of their range.
func arrows(b *env.Part) []render.Control {
	middle := make([]float32, b.Size())
	low, high := make([]float32, b.Size()), make([]float32, b.Size())
	for i := range middle {
		low[i], high[i] = max(b.Low[i], -1e6), min(b.High[i], 1e6)
		if low[i] == -1e6 || high[i] == 1e6 {
			low[i], high[i] = max(b.Low[i], min(-1, b.High[i])), min(b.High[i], max(1, b.Low[i]))
		}
		middle[i] = (low[i] + high[i]) / 2
	}
	all := []render.Control{}
	for i, keys := range [][2]string{{"left", "right"}, {"down", "up"}} {
		if i < len(middle) {
			for k, v := range [2]float32{low[i], high[i]} {
				act := append([]float32(nil), middle...)
				act[i] = v
				all = append(all, render.Control{Key: keys[k], Label: ElementName(b, i) + " to " + figure.Number(float64(v)), Act: act})
			}
		}
	}
	return append(all, render.Control{Label: "middle", Act: middle})
}
