package supervised

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// An EarlyStopping ends a training when the loss on a validation set has not fallen for some
// epochs, and keeps the weights of the epoch with the smallest loss. Prechelt 1998, "Early
// stopping – but when?".
type EarlyStopping struct {
	Patience int // number of epochs without a smaller loss after which training ends

	tensors []*tape.Param
	best    [][]float32 // values of the tensors after the best epoch
	loss    float64     // smallest loss so far; infinite before the first epoch
	epoch   int         // epoch of the smallest loss, from 1; 0: the tensors at the start
	epochs  int         // number of epochs so far
}

// NewEarlyStopping returns an EarlyStopping for the tensors of networks: see nn.Tensors. Until the
// first call of Stop, the best values are the present values.
func NewEarlyStopping(patience int, tensors []*tape.Param) *EarlyStopping {
	e := &EarlyStopping{Patience: patience, tensors: tensors, loss: math.Inf(1)}
	for _, p := range tensors {
		e.best = append(e.best, append([]float32(nil), p.Value...))
	}
	return e
}

// Stop reports whether training should end after an epoch with this loss on the validation set. If
// the loss is the smallest one so far, Stop copies the tensors. A loss that is NaN counts as an
// epoch without a smaller loss.
func (e *EarlyStopping) Stop(loss float64) bool {
	e.epochs++
	if loss < e.loss {
		e.loss, e.epoch = loss, e.epochs
		for i, p := range e.tensors {
			copy(e.best[i], p.Value)
		}
		return false
	}
	return e.epochs-e.epoch >= e.Patience
}

// Best returns the epoch with the smallest loss, counted from 1, and its loss. Before the first
// epoch it returns 0 and an infinite loss.
func (e *EarlyStopping) Best() (epoch int, loss float64) { return e.epoch, e.loss }

// Restore sets the tensors to their values after the best epoch.
func (e *EarlyStopping) Restore() {
	for i, p := range e.tensors {
		copy(p.Value, e.best[i])
	}
}

// State saves or loads the best values and the losses so far. The tensors are saved with their
// networks.
func (e *EarlyStopping) State(s *state.State) {
	s.Section("early stopping", 1)
	s.Double("early stopping/loss", &e.loss)
	s.Int("early stopping/epoch", &e.epoch, math.MaxInt)
	s.Int("early stopping/epochs", &e.epochs, math.MaxInt)
	for i, p := range e.tensors {
		s.Floats("early stopping/"+p.Name, e.best[i])
	}
}
