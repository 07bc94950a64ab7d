package nn

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// An initialisation sets the initial weights and biases of a linear layer. Before the call they
// are all 0.
type initialisation func(rng *rand.Rand, l *linear, gain float32)

// Default settings of a linear layer, as for a hidden layer in Stable-Baselines3.
const (
	defaultInit = "orthogonal"
	defaultGain = float32(math.Sqrt2)
	zeros       = "zeros" // initialisation of a network whose weights are read from a file
)

// initialisations returns all initialisations by their names in scenario files.
func initialisations() map[string]initialisation {
	in := func(l *linear) float64 { return float64(l.in) }
	both := func(l *linear) float64 { return float64(l.in+l.out) / 2 }
	return map[string]initialisation{
		"orthogonal": func(rng *rand.Rand, l *linear, gain float32) { orthogonal(rng, l.weight, gain) },

		// Glorot and Bengio 2010, "Understanding the difficulty of training deep
		// feedforward neural networks", eq. 16: variance 2 / (I + O).
		"xavier_uniform": func(rng *rand.Rand, l *linear, _ float32) { uniform(rng, l.weight, math.Sqrt(3/both(l))) },
		"xavier_normal":  func(rng *rand.Rand, l *linear, _ float32) { normal(rng, l.weight, math.Sqrt(1/both(l))) },

		// He et al. 2015, arXiv:1502.01852, eq. 10: variance 2 / I.
		"kaiming_uniform": func(rng *rand.Rand, l *linear, _ float32) { uniform(rng, l.weight, math.Sqrt(6/in(l))) },
		"kaiming_normal":  func(rng *rand.Rand, l *linear, _ float32) { normal(rng, l.weight, math.Sqrt(2/in(l))) },

		// The default initialisation of a Linear layer in PyTorch.
		"pytorch": func(rng *rand.Rand, l *linear, _ float32) {
			uniform(rng, l.weight, math.Sqrt(1/in(l)))
			uniform(rng, l.bias, math.Sqrt(1/in(l)))
		},
	}
}

// uniform fills p with random numbers from the uniform distribution on [-bound, bound].
func uniform(rng *rand.Rand, p *tape.Param, bound float64) {
	for i := range p.Value {
		p.Value[i] = float32(bound * (2*rng.Float64() - 1))
	}
}

// normal fills p with random numbers from the normal distribution with mean 0 and the given
// standard deviation.
func normal(rng *rand.Rand, p *tape.Param, deviation float64) {
	for i := range p.Value {
		p.Value[i] = float32(deviation * rng.NormFloat64())
	}
}

// orthogonal fills p with a random matrix times gain. The rows of the matrix are orthonormal; if
// it has more rows than columns, the columns are orthonormal. Saxe et al. 2014, arXiv:1312.6120.
// The vectors are computed by the Gram-Schmidt process in float64.
func orthogonal(rng *rand.Rand, p *tape.Param, gain float32) {
	shape, value := p.Shape(), make([]float32, len(p.Value))
	k, n := shape[0], shape[1] // k orthonormal vectors of n elements
	row, col := shape[1], 1    // distance in value from one vector to the next, and from one element of a vector to the next
	if k > n {
		k, n, row, col = n, k, col, row
	}
	basis := make([][]float64, k)
	for i := range basis {
		v := make([]float64, n)
		for j := range v {
			v[j] = rng.NormFloat64()
		}
		for _, b := range basis[:i] {
			projection := inner(v, b)
			for j := range v {
				v[j] -= float64(projection * b[j])
			}
		}
		norm := math.Sqrt(inner(v, v))
		for j := range v {
			v[j] /= norm
			value[i*row+j*col] = gain * float32(v[j])
		}
		basis[i] = v
	}
	p.Import(value)
}

// inner returns the inner product of x and y.
func inner(x, y []float64) (sum float64) {
	for i := range x {
		sum += float64(x[i] * y[i])
	}
	return sum
}
