package f32

import "math"

// AdamStep has the constants of one step of Adam: see package optim.
type AdamStep struct {
	Scale        float32 // factor of the gradient, for gradient clipping
	Beta1, Beta2 float32 // β₁, β₂
	Rest1, Rest2 float32 // 1 - β₁, 1 - β₂
	Rate         float32 // α / (1 - β₁ᵗ), where α is the learning rate
	RootScale    float32 // 1 / √(1 - β₂ᵗ)
	Epsilon      float32 // ε
}

// Adam takes one gradient step: it updates the parameters p with the gradient g, and the moments
// m and v, and then sets g to 0. All slices have the same length.
func Adam(p, g, m, v []float32, s AdamStep) {
	active.adam(p, g[:len(p)], m[:len(p)], v[:len(p)], s)
}

// adamGeneric is Adam in plain Go.
func adamGeneric(p, g, m, v []float32, s AdamStep) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i := range p {
		gi := s.Scale * g[i]
		mi := float32(s.Beta1*m[i]) + float32(s.Rest1*gi)
		vi := float32(s.Beta2*v[i]) + float32(float32(s.Rest2*gi)*gi)
		m[i], v[i] = mi, vi
		root := float32(math.Sqrt(float64(vi)))
		p[i] -= float32(s.Rate * mi / (float32(root*s.RootScale) + s.Epsilon))
		g[i] = 0
	}
}

// RMSStep has the constants of one step of RMSProp or Adagrad: see package optim. Both divide the
// gradient g by the root of v, a running sum of squared gradients:
//
//	v ← Keep v + Add g²
//	θ ← θ - Rate g / (√(v + Inside) + Outside)
type RMSStep struct {
	Scale           float32 // factor of the gradient, for gradient clipping
	Keep, Add       float32 // factors of v and g² in the new v
	Rate            float32 // learning rate
	Inside, Outside float32 // ε inside and outside the root
}

// RMS takes one gradient step: it updates the parameters p with the gradient g, and the running
// sum v of squared gradients, and then sets g to 0. All slices have the same length.
func RMS(p, g, v []float32, s RMSStep) { active.rms(p, g[:len(p)], v[:len(p)], s) }

// rmsGeneric is RMS in plain Go.
func rmsGeneric(p, g, v []float32, s RMSStep) {
	g, v = g[:len(p)], v[:len(p)]
	for i := range p {
		gi := s.Scale * g[i]
		v[i] = float32(s.Keep*v[i]) + float32(float32(gi*gi)*s.Add)
		root := float32(math.Sqrt(float64(v[i] + s.Inside)))
		p[i] -= s.Rate * gi / (root + s.Outside)
		g[i] = 0
	}
}
