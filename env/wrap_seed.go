package env

import "errors"

// A Reseed plays only the episodes of some seeds, for example to train on a few layouts of a world and to
// evaluate on others.
type Reseed struct {
	baseWrapper
	seeds []uint64
}

var _ Wrapper = (*Reseed)(nil)

// NewReseed returns e whose episodes begin with one of the given seeds. Each has the same probability; the
// seed given to Reset decides. MiniGrid's ReseedWrapper takes the seeds in their order.
func NewReseed(e Env, seeds ...uint64) (*Reseed, error) {
	if len(seeds) == 0 {
		return nil, errors.New("env: Reseed without seeds, want one or more")
	}
	return &Reseed{baseWrapper{Env: e}, seeds}, nil
}

// Reset begins the episode of one of the seeds.
func (w *Reseed) Reset(seed uint64, obs []float32) {
	w.Env.Reset(w.seeds[Split(seed, 0)%uint64(len(w.seeds))], obs)
}
