package f32_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// gradientOf returns the derivative of the loss with respect to each element of x, from differences.
// The loss uses x, and computes in float64.
func gradientOf(x []float64, loss func() float64) []float64 {
	const h = 1e-5
	grad := make([]float64, len(x))
	for i, v := range x {
		x[i] = v + h
		up := loss()
		x[i] = v - h
		grad[i] = (up - loss()) / (2 * h)
		x[i] = v
	}
	return grad
}

// inner returns Σ x y.
func inner(x []float64, y []float32) (sum float64) {
	for i, v := range x {
		sum += v * float64(y[i])
	}
	return sum
}

func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// lstm64 returns h and c of LSTMGates.
func lstm64(gates, before []float64, rows, n int) (h, c []float64) {
	for i := range rows * n {
		g := gates[i/n*4*n+i%n:]
		cell := sigmoid64(g[n])*before[i] + sigmoid64(g[0])*math.Tanh(g[2*n])
		h, c = append(h, sigmoid64(g[3*n])*math.Tanh(cell)), append(c, cell)
	}
	return h, c
}

// gru64 returns h of GRUGates.
func gru64(gates, parts, before []float64, rows, n int) (h []float64) {
	for i := range rows * n {
		g, p := gates[i/n*3*n+i%n:], parts[i/n*3*n+i%n:]
		r, z := sigmoid64(g[0]+p[0]), sigmoid64(g[n]+p[n])
		h = append(h, (1-z)*math.Tanh(g[2*n]+r*p[2*n])+z*before[i])
	}
	return h
}

// TestGates compares steps of an LSTM and a GRU with float64, and their gradients with differences.
func TestGates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 4, 7, 16, 21} {
		const rows = 3
		gates, before, dh, dc := random(rng, rows*4*n), random(rng, rows*n), random(rng, rows*n), random(rng, rows*n)
		wideGates, wideBefore := wide(gates), wide(before)
		wantH, wantC := lstm64(wideGates, wideBefore, rows, n)
		loss := func() float64 {
			h, c := lstm64(wideGates, wideBefore, rows, n)
			return inner(h, dh) + inner(c, dc)
		}
		wantGates, wantBefore := gradientOf(wideGates, loss), gradientOf(wideBefore, loss)
		h, c, dgates := make([]float32, rows*n), make([]float32, rows*n), make([]float32, rows*4*n)
		f32.LSTMGates(gates, h, c, before, n)
		near(t, "h of an LSTM", h, wantH, 1e-6)
		near(t, "c of an LSTM", c, wantC, 1e-6)
		f32.LSTMGatesGrad(dgates, gates, dh, slices.Clone(dc), c, before, n)
		near(t, "the gradient of an LSTM's sums", dgates, wantGates, 1e-5)
		f32.LSTMGatesGrad(dgates, gates, dh, dc, c, before, n)
		near(t, "the gradient of an LSTM's cells", dc, wantBefore, 1e-5)

		gates, parts := random(rng, rows*3*n), random(rng, rows*3*n)
		part := make([]float32, 0, rows*n)
		for r := range rows {
			part = append(part, parts[(3*r+2)*n:(3*r+3)*n]...)
		}
		wideGates, wideParts := wide(gates), wide(parts)
		loss = func() float64 { return inner(gru64(wideGates, wideParts, wideBefore, rows, n), dh) }
		wantGates, wantParts, wantBefore := gradientOf(wideGates, loss), gradientOf(wideParts, loss), gradientOf(wideBefore, loss)
		wantH = gru64(wideGates, wideParts, wideBefore, rows, n)
		f32.GRUGates(gates, parts, h, before, n)
		near(t, "h of a GRU", h, wantH, 1e-6)
		dgates, dparts := make([]float32, rows*3*n), make([]float32, rows*3*n)
		f32.GRUGatesGrad(dgates, dparts, gates, part, dh, before, n)
		near(t, "the gradient of a GRU's sums of inputs", dgates, wantGates, 1e-5)
		near(t, "the gradient of a GRU's sums of the state", dparts, wantParts, 1e-5)
		near(t, "the gradient of a GRU's state", dh, wantBefore, 1e-5)
	}
}

// TestPacked compares products with matrices in panels, products with the matrix as it lies, and the
// gradient of weights of sequences with sums in float64.
func TestPacked(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range [][3]int{{1, 1, 1}, {3, 5, 16}, {7, 64, 40}, {9, 300, 33}, {16, 20, 700}, {300, 3, 2}} {
		m, k, n := s[0], s[1], s[2]
		a, w, bias, before := random(rng, m*k), random(rng, k*n), random(rng, n), random(rng, m*n)
		transposed, sum, added := make([]float32, k*n), make([]float64, m*n), wide(before)
		for i := range m * n {
			sum[i] = float64(bias[i%n])
			for j := range k {
				sum[i] += float64(a[i/n*k+j]) * float64(w[j*n+i%n])
				transposed[i%n*k+j] = w[j*n+i%n]
			}
			added[i] += sum[i] - float64(bias[i%n])
		}
		var p f32.Packed
		got, lying := make([]float32, m*n), make([]float32, m*n)
		for _, turned := range []bool{false, true} {
			if p.Pack(w, k, n, false); turned {
				p.Pack(transposed, k, n, true)
			}
			p.Product(got, a, bias, m, f32.Identity)
			near(t, fmt.Sprint("the product of ", s), got, sum, 1e-5)
		}
		if f32.Product(lying, a, w, bias, m, k, n, f32.Identity); !slices.Equal(lying, got) {
			t.Errorf("the product of %v has other bits with the matrix as it lies", s)
		}
		copy(got, before)
		p.Product(got, a, nil, m, f32.Identity)
		near(t, fmt.Sprint("the added product of ", s), got, added, 1e-5)

		dw, want := random(rng, k*n), []float64(nil)
		for i, v := range dw {
			g := float64(v)
			for r := range m {
				g += float64(a[r*k+i/n]) * float64(before[r*n+i%n])
			}
			want = append(want, g)
		}
		f32.SequenceWeights(dw, a, before, m, k, n, k/2, k)
		f32.SequenceWeights(dw, a, before, m, k, n, 0, k/2)
		near(t, fmt.Sprint("the weights' gradient of ", s), dw, want, 1e-5)
	}
}

// attention64 returns the result of Attention for heads without gaps between rows.
func attention64(q, k, v []float64, mask []float32, tq, tk, dh int) []float64 {
	y := make([]float64, tq*dh)
	for i := range tq {
		var weights []float64
		var sum float64
		for j := range tk {
			var score float64
			for d := range dh {
				score += q[i*dh+d] * k[j*dh+d]
			}
			weights = append(weights, math.Exp(score/math.Sqrt(float64(dh))+float64(mask[i*tk+j])))
			sum += weights[j]
		}
		for j, w := range weights {
			for d := range dh {
				y[i*dh+d] += w / sum * v[j*dh+d]
			}
		}
	}
	return y
}

// strided returns the rows of x [rows, w], ld apart, with other numbers between them.
func strided(x []float32, w, ld int) []float32 {
	var s []float32
	for r := range len(x) / w {
		s = append(s, x[r*w:(r+1)*w]...)
		for range ld - w {
			s = append(s, 99)
		}
	}
	return s
}

// packed returns the rows of w elements of x, ld apart, without gaps. It checks the numbers between them.
func packed(t *testing.T, x []float32, w, ld int) (rows []float32) {
	t.Helper()
	for r := 0; r < len(x); r += ld {
		rows = append(rows, x[r:r+w]...)
		for _, v := range x[r+w : r+ld] {
			if v != 99 {
				t.Fatalf("a number between rows is %v, want 99", v)
			}
		}
	}
	return rows
}

// TestAttention compares attention with float64, and its gradients with differences. Queries, keys and
// values are parts of longer rows, and the mask is causal.
func TestAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range [][3]int{{1, 1, 1}, {5, 5, 8}, {1, 20, 7}, {6, 9, 16}} {
		tq, tk, dh := s[0], s[1], s[2]
		ldq, ldk, ldv, ldy := dh+1, dh+2, dh, dh+3
		q, k, v, dy, mask := random(rng, tq*dh), random(rng, tk*dh), random(rng, tk*dh), random(rng, tq*dh), make([]float32, tq*tk)
		for i := range mask {
			if i%tk > i/tk+tk-tq {
				mask[i] = -1e9
			}
		}
		q64, k64, v64 := wide(q), wide(k), wide(v)
		want := attention64(q64, k64, v64, mask, tq, tk, dh)
		loss := func() float64 { return inner(attention64(q64, k64, v64, mask, tq, tk, dh), dy) }
		wantQ, wantK, wantV := gradientOf(q64, loss), gradientOf(k64, loss), gradientOf(v64, loss)
		y, p := strided(make([]float32, tq*dh), dh, ldy), make([]float32, tq*tk)
		qs, ks, vs, dys := strided(q, dh, ldq), strided(k, dh, ldk), strided(v, dh, ldv), strided(dy, dh, ldy)
		f32.Attention(y, ldy, p, qs, ldq, ks, vs, ldk, ldv, tq, tk, dh, mask)
		near(t, fmt.Sprint("attention of ", s), packed(t, y, dh, ldy), want, 1e-5)
		for i, w := range p {
			if mask[i] != 0 && w != 0 {
				t.Errorf("attention of %v: the weight %d of a masked key is %v, want 0", s, i, w)
			}
		}
		dq, dk, dv := strided(make([]float32, tq*dh), dh, ldq), strided(make([]float32, tk*dh), dh, ldk), strided(make([]float32, tk*dh), dh, ldv)
		f32.AttentionGrad(dq, nil, nil, dys, ldy, p, qs, ldq, ks, vs, ldk, ldv, tq, tk, dh)
		near(t, fmt.Sprint("dq alone of ", s), packed(t, dq, dh, ldq), wantQ, 1e-5)
		dq = strided(make([]float32, tq*dh), dh, ldq)
		f32.AttentionGrad(dq, dk, dv, dys, ldy, p, qs, ldq, ks, vs, ldk, ldv, tq, tk, dh)
		near(t, fmt.Sprint("dq of ", s), packed(t, dq, dh, ldq), wantQ, 1e-5)
		near(t, fmt.Sprint("dk of ", s), packed(t, dk, dh, ldk), wantK, 1e-5)
		near(t, fmt.Sprint("dv of ", s), packed(t, dv, dh, ldv), wantV, 1e-5)
	}
}

// TestLayerNorm checks rows with and without kept statistics, and the statistics, by hand: the mean of
// 1, 2, 3 is 2 and the variance 2/3.
func TestLayerNorm(t *testing.T) {
	x, w, b := []float32{1, 2, 3, -4, -4, -4}, []float32{1, 2, 3}, []float32{0.5, 0, -0.5}
	y, again, stats := make([]float32, 6), make([]float32, 6), make([]float32, 4)
	z := math.Sqrt(1 / (2.0/3 + 1e-5))
	f32.LayerNorm(y, x, w, b, stats, 1e-5)
	near(t, "LayerNorm", y, []float64{0.5 - z, 0, 3*z - 0.5, 0.5, 0, -0.5}, 1e-6)
	near(t, "statistics", stats, []float64{2, z, -4, math.Sqrt(1e5)}, 1e-6)
	if f32.LayerNorm(again, x, w, b, nil, 1e-5); !slices.Equal(y, again) {
		t.Errorf("LayerNorm without statistics = %v, want %v", again, y)
	}
}
