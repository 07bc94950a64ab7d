// Package supervised has what supervised learning needs beside the layers of package nn, the losses
// of package loss and the optimisers of package optim: data sets, minibatches, early stopping and
// metrics of classification.
//
// A [Set] is a data set. [Batches] divides it into minibatches, in a random order or in order. A
// [Confusion] counts the predictions of each class and computes accuracy, precision, recall and F1.
// An [EarlyStopping] ends a training that no longer improves on a validation set, and restores the
// best weights. One epoch of training is:
//
//	for b := range batches.Shuffled(rng) {
//		t.Reset()
//		logits := net.Forward(t, t.Const(b.Inputs, b.Rows()), nn.Pass{Mode: nn.Training})
//		loss.CrossEntropy(logits, b.Classes).Backward()
//		opt.Step()
//	}
//
// The programs examples/digits and examples/purchases train networks for images and for sequences.
package supervised

import "fmt"

// A Set is a data set of N examples with their classes. The inputs of an example are one row of
// numbers, such as an image, or a sequence of T rows. The Set does not copy the slices.
type Set struct {
	Inputs  []float32 // [N, T, W] inputs of each example, row-major
	Classes []float32 // [N] class of each example: a whole number, from 0 to the number of classes - 1
	Steps   int       // number of rows T of an example: 1, or the length of the longest sequence

	// Lengths has the number of rows of each sequence, from 1 to Steps. A shorter sequence is at
	// the end of its T rows, and the rows before it are padding. So the last row of every sequence
	// has the same index. nil means that no row is padding.
	Lengths []int // [N]
}

// Len returns the number of examples N.
func (s *Set) Len() int { return len(s.Classes) }

// Width returns the number of inputs W in a row.
func (s *Set) Width() int { return len(s.Inputs) / max(s.Len()*s.Steps, 1) }

// Slice returns the examples [from, to) as a Set that shares memory with s.
func (s *Set) Slice(from, to int) *Set {
	size := s.Steps * s.Width()
	part := &Set{Inputs: s.Inputs[from*size : to*size], Classes: s.Classes[from:to], Steps: s.Steps}
	if s.Lengths != nil {
		part.Lengths = s.Lengths[from:to]
	}
	return part
}

// Split divides s into consecutive parts with the given fractions of the examples, for example
// training, validation and test sets. The parts share memory with s. The sum of the fractions must
// be at most 1.
func (s *Set) Split(fractions ...float64) []*Set {
	var parts []*Set
	var sum float64
	from := 0
	for _, f := range fractions {
		sum += f
		to := int(sum*float64(s.Len()) + 0.5)
		parts = append(parts, s.Slice(from, to))
		from = to
	}
	return parts
}

// check panics if the lengths of the slices do not fit.
func (s *Set) check() {
	n := s.Len()
	if n < 1 || s.Steps < 1 || len(s.Inputs)%(n*s.Steps) != 0 || s.Lengths != nil && len(s.Lengths) != n {
		panic(fmt.Sprintf("supervised: a Set of %d inputs, %d classes, %d steps and %d lengths", len(s.Inputs), n, s.Steps, len(s.Lengths)))
	}
	for i, length := range s.Lengths {
		if length < 1 || length > s.Steps {
			panic(fmt.Sprintf("supervised: sequence %d has the length %d, want 1 … %d", i, length, s.Steps))
		}
	}
}
