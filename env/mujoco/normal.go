package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/env"
)

// addNormal adds a normally distributed number of mean 0 and standard deviation scale to each
// element of x.
func (s *simulation) addNormal(x []float64, scale float64) {
	for i := range x {
		x[i] += float64(scale * normal(&s.rng))
	}
}

// normal returns a normally distributed number of mean 0 and standard deviation 1, with the same
// bits on every machine. Marsaglia and Bray 1964, "A convenient method for generating normal
// variables": the polar method.
func normal(rng *env.Rand) float64 {
	for {
		u, v := rng.Uniform(-1, 1), rng.Uniform(-1, 1)
		if s := float64(u*u) + float64(v*v); 0 < s && s < 1 {
			return u * math.Sqrt(-2*log(s)/s)
		}
	}
}

// log returns the natural logarithm of x, which must be positive and finite. On some machines
// math.Log has other bits. With x = 2^k (1+f) and s = f/(2+f),
//
//	log x = k log 2 + log(1+s) - log(1-s) = k log 2 + 2 (s + s³/3 + s⁵/5 + …)
//
// where |f| is at most √2-1, so s² is at most 0.0295, and 12 terms reach the last digit.
func log(x float64) float64 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	s := (m - 1) / (m + 1)
	ss, sum := float64(s*s), 0.0
	for n := 23; n >= 3; n -= 2 {
		sum = float64((sum + 1/float64(n)) * ss)
	}
	const ( // log 2 in two parts: the product of k and the high one is exact
		high = 0x1.62e42feep-1
		low  = 0x1.a39ef35793c76p-33
	)
	return float64(float64(k)*high) + (float64(2*s) + (float64(2*float64(s*sum)) + float64(float64(k)*low)))
}
