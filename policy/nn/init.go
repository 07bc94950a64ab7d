package nn

import (
	"fmt"
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

// initialisationOf returns the initialisation with the given name. The initialisation zeros changes
// nothing.
func initialisationOf(name string) (initialisation, error) {
	if name == zeros {
		return func(*rand.Rand, *linear, float32) {}, nil
	}
	init, ok := initialisations()[name]
	if !ok {
		return nil, fmt.Errorf("init %q, %s", name, wantOneOf(name, initialisations()))
	}
	return init, nil
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
	k, n := shape[0], len(value)/shape[0] // k orthonormal vectors of n elements
	row, col := n, 1                      // distance in value from one vector to the next, and from one element of a vector to the next
	if k > n {
		k, n, row, col = n, k, col, row
	}
	basis := make([][]float64, 0, k)
	for len(basis) < k {
		group := make([][]float64, min(orthogonalGroup, k-len(basis)))
		for i := range group {
			group[i] = make([]float64, n)
			for j := range group[i] {
				group[i][j] = rng.NormFloat64()
			}
		}
		project(group, basis)
		for i, v := range group {
			for _, b := range group[:i] {
				subtract(v, b, inner(v, b))
			}
			norm := math.Sqrt(inner(v, v))
			for j := range v {
				v[j] /= norm
				value[len(basis)*row+j*col] = gain * float32(v[j])
			}
			basis = append(basis, v)
		}
	}
	p.Import(value)
}

// orthogonalGroup is the number of vectors that orthogonal computes together: processors add several
// sums at once.
const orthogonalGroup = 4

// project subtracts from each vector of the group its projections on the basis, in the order of the
// basis.
func project(group, basis [][]float64) {
	if len(group) < orthogonalGroup {
		for _, v := range group {
			for _, b := range basis {
				subtract(v, b, inner(v, b))
			}
		}
		return
	}
	v0, v1, v2, v3 := group[0], group[1], group[2], group[3]
	for _, b := range basis {
		v0, v1, v2, v3 := v0[:len(b)], v1[:len(b)], v2[:len(b)], v3[:len(b)]
		var s0, s1, s2, s3 float64
		for j, x := range b {
			s0 += float64(v0[j] * x)
			s1 += float64(v1[j] * x)
			s2 += float64(v2[j] * x)
			s3 += float64(v3[j] * x)
		}
		for j, x := range b {
			v0[j] -= float64(s0 * x)
			v1[j] -= float64(s1 * x)
			v2[j] -= float64(s2 * x)
			v3[j] -= float64(s3 * x)
		}
	}
}

// subtract subtracts k b from v.
func subtract(v, b []float64, k float64) {
	for j := range v {
		v[j] -= float64(k * b[j])
	}
}

// inner returns the inner product of x and y.
func inner(x, y []float64) (sum float64) {
	for i := range x {
		sum += float64(x[i] * y[i])
	}
	return sum
}
