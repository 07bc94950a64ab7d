package nn_test

import (
	"fmt"
	"math"
)

// This file computes attention and transformers in float64, one number after another. Their gradients are
// differences.

// A block is a layer of a transformer in float64.
type block struct {
	params         map[string][]float64 // by their names after the prefix
	prefix         string
	d, heads       int
	normFirst      bool
	gated          bool
	activation     func(x float64) float64
	weights        [][]float64 // softmax of the scores of each head and query, in order
	context        int
	keys, values   [][]float64 // of the steps before the first one, with the weights of that time; constants
	keepsEverybody bool        // whether each step attends to all steps, as in PyTorch without a mask
}

func (b *block) param(name string) []float64 {
	p, ok := b.params[b.prefix+name]
	if !ok {
		panic("no parameter is called " + b.prefix + name)
	}
	return p
}

// product returns w x + b. bias may be nil.
func product(w, bias, x []float64) []float64 {
	y := make([]float64, len(w)/len(x))
	copy(y, bias)
	for j := range y {
		for i, v := range x {
			y[j] += w[j*len(x)+i] * v
		}
	}
	return y
}

// attend returns the attention of queries to keys and values, before out_proj. visible tells whether
// query q attends to key k.
func (b *block) attend(queries, keys, values [][]float64, visible func(q, k int) bool) (all [][]float64) {
	dh := b.d / b.heads
	for q, query := range queries {
		y := make([]float64, b.d)
		for h := range b.heads {
			weights, sum := make([]float64, len(keys)), 0.0
			for k, key := range keys {
				if !visible(q, k) {
					continue
				}
				var score float64
				for j := h * dh; j < (h+1)*dh; j++ {
					score += query[j] * key[j]
				}
				weights[k] = math.Exp(score / math.Sqrt(float64(dh)))
				sum += weights[k]
			}
			for k := range weights {
				weights[k] /= sum
				for j := h * dh; j < (h+1)*dh; j++ {
					y[j] += weights[k] * values[k][j]
				}
			}
			b.weights = append(b.weights, weights)
		}
		all = append(all, y)
	}
	return all
}

// projected returns the queries, keys and values of the rows x.
func (b *block) projected(x [][]float64) (q, k, v [][]float64) {
	d := b.d
	for _, row := range x {
		y := product(b.param("in_proj_weight"), b.param("in_proj_bias"), row)
		q, k, v = append(q, y[:d]), append(k, y[d:2*d]), append(v, y[2*d:])
	}
	return q, k, v
}

// selfAttention returns the outputs of the attention for the steps x of one sequence. first tells where an
// episode begins.
func (b *block) selfAttention(x [][]float64, first []bool) (y [][]float64) {
	q, k, v := b.projected(x)
	old := len(b.keys)
	k, v = append(b.keys[:old:old], k...), append(b.values[:old:old], v...)
	episode := make([]int, len(k)) // number of the episode of each key
	for i := range x {
		episode[old+i] = 0
		if old+i > 0 {
			episode[old+i] = episode[old+i-1]
		}
		if first != nil && first[i] {
			episode[old+i]++
		}
	}
	visible := func(q, k int) bool {
		q += old
		return b.keepsEverybody || episode[q] == episode[k] && k <= q && q-k <= b.context
	}
	for _, row := range b.attend(q, k, v, visible) {
		y = append(y, product(b.param("out_proj.weight"), b.param("out_proj.bias"), row))
	}
	return y
}

// normalised returns the layer normalisation of x.
func (b *block) normalised(name string, x []float64) []float64 {
	w, bias, y := b.param(name+".weight"), b.param(name+".bias"), make([]float64, len(x))
	var mean, variance float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	for i, v := range x {
		y[i] = w[i]*(v-mean)/math.Sqrt(variance+1e-5) + bias[i]
	}
	return y
}

// joined returns x + y, or the gate of x and y.
func (b *block) joined(name string, x, y []float64) []float64 {
	out, d := make([]float64, b.d), b.d
	if !b.gated {
		for i := range out {
			out[i] = x[i] + y[i]
		}
		return out
	}
	relu, reset := make([]float64, d), make([]float64, d)
	for i, v := range y {
		relu[i] = max(v, 0)
	}
	sums := func(k string, x []float64) []float64 {
		return product(b.param(name+".U"+k+".weight"), product(b.param(name+".W"+k+".weight"), nil, relu), x)
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for i, r := range sums("r", x) {
		reset[i] = sigmoid(r) * x[i]
	}
	z, h := sums("z", x), sums("g", reset)
	for i := range out {
		z := sigmoid(z[i] - b.param(name + ".bg")[i])
		out[i] = (1-z)*x[i] + z*math.Tanh(h[i])
	}
	return out
}

// forward returns the outputs of the layer for the steps x of one sequence.
func (b *block) forward(x [][]float64, first []bool) (y [][]float64) {
	attention := *b
	attention.prefix += "self_attn."
	normed := x
	if b.normFirst {
		normed = nil
		for _, row := range x {
			normed = append(normed, b.normalised("norm1", row))
		}
	}
	for i, a := range attention.selfAttention(normed, first) {
		row := b.joined("gate1", x[i], a)
		if !b.normFirst {
			row = b.normalised("norm1", row)
		}
		in := row
		if b.normFirst {
			in = b.normalised("norm2", row)
		}
		wide := product(b.param("linear1.weight"), b.param("linear1.bias"), in)
		for j, v := range wide {
			wide[j] = b.activation(v)
		}
		row = b.joined("gate2", row, product(b.param("linear2.weight"), b.param("linear2.bias"), wide))
		if !b.normFirst {
			row = b.normalised("norm2", row)
		}
		y = append(y, row)
	}
	return y
}

// relu64 and gelu64 are activations in float64.
func relu64(x float64) float64 { return max(x, 0) }
func gelu64(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }

// A stackReference is a transformer in float64: an embedding, positions, layers and a
// normalisation. Parts that the layer does not have are left out.
type stackReference struct {
	params    map[string][]float64
	layers    []*block
	attention *block // attention alone; nil: a transformer
	positions bool
	steps, n  int
	x         []float64 // [T, N, I]
	first     []bool
	count     []int // [N] steps of the episode before the first step
	memory    func(layer, i int) (keys, values [][]float64)
}

// loss returns Σ up y.
func (r *stackReference) loss(up []float64) (sum float64) {
	in := len(r.x) / (r.steps * r.n)
	for i := range r.n {
		var x [][]float64
		var first []bool
		e := r.count[i]
		for s := range r.steps {
			row := s*r.n + i
			if first = append(first, r.first[row]); r.first[row] {
				e = 0
			}
			x = append(x, r.embedded(r.x[row*in:(row+1)*in], e))
			e++
		}
		if r.attention != nil {
			r.attention.keys, r.attention.values = r.memory(0, i)
			x = r.attention.selfAttention(x, first)
		}
		for k, b := range r.layers {
			b.keys, b.values = r.memory(k, i)
			x = b.forward(x, first)
		}
		for s, row := range x {
			if _, ok := r.params["norm.weight"]; ok {
				row = (&block{params: r.params}).normalised("norm", row)
			}
			for j, v := range row {
				sum += v * up[(s*r.n+i)*len(row)+j]
			}
		}
	}
	return sum
}

// embedded returns the inputs of the first layer for the inputs x of step e of an episode.
func (r *stackReference) embedded(x []float64, e int) []float64 {
	y := append([]float64(nil), x...)
	if w, ok := r.params["embedding.weight"]; ok {
		y = product(w, r.params["embedding.bias"], x)
	}
	if r.positions {
		for i := range y {
			angle := float64(e) / math.Pow(10000, float64(i-i%2)/float64(len(y)))
			y[i] += math.Sin(angle + float64(i%2)*math.Pi/2)
		}
	}
	return y
}

// differences returns the gradient of loss with respect to x by central differences.
func differences(x []float64, loss func() float64) []float64 {
	const step = 1e-5
	grad := make([]float64, len(x))
	for i, before := range x {
		x[i] = before + step
		above := loss()
		x[i] = before - step
		grad[i] = (above - loss()) / (2 * step)
		x[i] = before
	}
	return grad
}

// rowsOf returns the rows of a matrix with d columns.
func rowsOf(x []float64, d int) (rows [][]float64) {
	if len(x)%d != 0 {
		panic(fmt.Sprintf("%d numbers in rows of %d", len(x), d))
	}
	for i := 0; i < len(x); i += d {
		rows = append(rows, x[i:i+d])
	}
	return rows
}
