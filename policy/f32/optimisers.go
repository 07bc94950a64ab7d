package f32

import "math"

// AdamStep holds the factors of one step of Adam: see the package optim.
type AdamStep struct {
	Scale        float32 // of the gradient, before all else
	Beta1, Beta2 float32 // β₁, β₂
	Rest1, Rest2 float32 // 1 - β₁, 1 - β₂
	Rate         float32 // α / (1 - β₁ᵗ)
	RootScale    float32 // 1 / √(1 - β₂ᵗ)
	Epsilon      float32
}

// Adam takes one step against the gradient g, which it then clears, and keeps the
// moments m and v of it. All slices are as long as p.
func Adam(p, g, m, v []float32, s AdamStep) {
	active.adam(p, g[:len(p)], m[:len(p)], v[:len(p)], s)
}

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

// RMSStep holds the factors of one step along the gradient over the root of a
// running sum of its squares: RMSProp's and Adagrad's, see the package optim.
type RMSStep struct {
	Scale           float32 // of the gradient, before all else
	Keep, Add       float32 // v ← Keep v + Add g²
	Rate            float32 // θ ← θ - Rate g / (√(v + Inside) + Outside)
	Inside, Outside float32
}

// RMS takes one step against the gradient g, which it then clears, and keeps the
// sum v of its squares. All slices are as long as p.
func RMS(p, g, v []float32, s RMSStep) { active.rms(p, g[:len(p)], v[:len(p)], s) }

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
