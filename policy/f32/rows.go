package f32

import "fmt"

// The functions of rows are made of those of elements, for as many rows at a
// time as there is scratch for: a call for every narrow row would cost more
// than what it does.

// LogSoftmax sets each row of dst, w wide, to x - log Σ eˣ of that row of x.
func LogSoftmax(dst, x []float32, w int) {
	s := getScratch()
	defer s.put()
	x = x[:len(dst)]
	for n := 0; len(dst) > 0; dst, x = dst[n*w:], x[n*w:] {
		n = rowsAtOnce(len(dst)/w, w)
		sums := s[scratchSize-n:]
		tops := s.logSumExp(sums, x[:n*w], w)
		for r, top := range tops {
			row, sum := x[r*w:(r+1)*w], sums[r]
			for i, v := range row {
				dst[r*w+i] = v - top - sum
			}
		}
	}
}

// LogSoftmaxGrad adds LogSoftmax's gradient to dx, row by row:
// dx += dy - eʸ Σ dy, where y is its result.
func LogSoftmaxGrad(dx, dy, y []float32, w int) {
	s := getScratch()
	defer s.put()
	dy, y = dy[:len(dx)], y[:len(dx)]
	for n := 0; len(dx) > 0; dx, dy, y = dx[n*w:], dy[n*w:], y[n*w:] {
		n = rowsAtOnce(len(dx)/w, w)
		exps := s[:n*w]
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

// rowsAtOnce is how many of n rows of w elements there is scratch for, besides
// two numbers for each.
func rowsAtOnce(n, w int) int {
	if w+2 > scratchSize {
		panic(fmt.Sprintf("f32: rows of %d elements, want %d at most", w, scratchSize-2))
	}
	return min(n, scratchSize/(w+2))
}

// logSumExp sets dst to log Σ eˣ⁻ᵗᵒᵖ of each row, where top, which it returns, is
// the row's greatest element; or 0 if that is infinite, as the sum is then.
func (s *scratch) logSumExp(dst, x []float32, w int) (tops []float32) {
	exps := s[:len(x)]
	tops = s[len(x):][:len(dst)]
	for r := range dst {
		row := x[r*w : (r+1)*w]
		top := row[0]
		for _, v := range row[1:] {
			top = max(top, v)
		}
		if top-top != 0 {
			top = 0
		}
		tops[r] = top
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
	return tops
}
