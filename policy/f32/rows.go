package f32

import "fmt"

// The functions in this file compute each row from all elements of the row. They call functions
// such as Exp once for a block of many rows, because one call for each row is slow if rows are
// narrow. The scratch memory limits the size of a block.

// LogSoftmax sets each row of dst to x - log Σ eˣ, for the same row of x. Rows have w elements.
func LogSoftmax(dst, x []float32, w int) {
	s := getScratch()
	defer s.put()
	x = x[:len(dst)]
	for n := 0; len(dst) > 0; dst, x = dst[n*w:], x[n*w:] {
		n = rowsPerBlock(len(dst)/w, w)
		logSums := s.floats[scratchSize-n:]
		maxima := s.logSumExp(logSums, x[:n*w], w)
		for r, top := range maxima {
			row, logSum := x[r*w:(r+1)*w], logSums[r]
			for i, v := range row {
				dst[r*w+i] = v - top - logSum
			}
		}
	}
}

// LogSoftmaxGrad adds LogSoftmax's gradient to dx, row by row: dx += dy - eʸ Σ dy. y is the
// result of LogSoftmax and dy its gradient.
func LogSoftmaxGrad(dx, dy, y []float32, w int) {
	s := getScratch()
	defer s.put()
	dy, y = dy[:len(dx)], y[:len(dx)]
	for n := 0; len(dx) > 0; dx, dy, y = dx[n*w:], dy[n*w:], y[n*w:] {
		n = rowsPerBlock(len(dx)/w, w)
		exps := s.floats[:n*w]
		Exp(exps, y[:n*w])
		for r := range n {
			var sum float32
			for _, g := range dy[r*w : (r+1)*w] {
				sum += g
			}
			for i := r * w; i < (r+1)*w; i++ {
				dx[i] += dy[i] - float32(exps[i]*sum)
			}
		}
	}
}

// rowsPerBlock returns how many rows of w elements fit into the scratch memory, but at most n.
// Each row needs w+2 floats.
func rowsPerBlock(n, w int) int {
	if w+2 > scratchSize {
		panic(fmt.Sprintf("f32: rows of %d elements, want %d at most", w, scratchSize-2))
	}
	return min(n, scratchSize/(w+2))
}

// logSumExp sets dst to log Σ eˣ⁻ᵐ of each row. m is the largest element of the row, and maxima
// has m for all rows. The subtraction of m avoids overflow. If the largest element is infinite, m
// is 0.
func (s *scratch) logSumExp(dst, x []float32, w int) (maxima []float32) {
	exps := s.floats[:len(x)]
	maxima = s.floats[len(x):][:len(dst)]
	for r := range dst {
		row := x[r*w : (r+1)*w]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		if top-top != 0 {
			top = 0
		}
		maxima[r] = top
		for i, v := range row {
			exps[r*w+i] = v - top
		}
	}
	Exp(exps, exps)
	for r := range dst {
		var sum float32
		for _, e := range exps[r*w : (r+1)*w] {
			sum += e
		}
		dst[r] = sum
	}
	Log(dst, dst)
	return maxima
}
