package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// optimisers writes two functions: one step of Adam, and one step of RMSProp or Adagrad. The
// parameters are the fields of f32.AdamStep and f32.RMSStep.
func (s instructions) optimisers() {
	s.function("adam", "func(p, g, m, v []float32, scale, beta1, beta2, rest1, rest2, rate, rootScale, epsilon float32)")
	scale, rate, rootScale, epsilon := s.scalar("scale"), s.scalar("rate"), s.scalar("rootScale"), s.scalar("epsilon")
	beta1, beta2, rest1, rest2 := s.scalar("beta1"), s.scalar("beta2"), s.scalar("rest1"), s.scalar("rest2")
	s.loopBody("p", []string{"p", "g", "m", "v"}, []string{"m", "v", "g"}, func(in []vec) []vec {
		g := s.times(in[1], scale)
		m := s.times(in[2], beta1)
		VFMADD231PS(g, rest1, m)
		v := s.times(in[3], beta2)
		VFMADD231PS(s.times(g, g), rest2, v)
		root := s.vector()
		VSQRTPS(v, root)
		root = s.multiplyAdd(root, rootScale, epsilon)
		return []vec{s.minus(in[0], s.over(s.times(m, rate), root)), m, v, s.zero()}
	})
	s.function("rms", "func(p, g, v []float32, scale, keep, add, rate, inside, outside float32)")
	scale, rate = s.scalar("scale"), s.scalar("rate")
	keep, add, inside, outside := s.scalar("keep"), s.scalar("add"), s.scalar("inside"), s.scalar("outside")
	s.loopBody("p", []string{"p", "g", "v"}, []string{"v", "g"}, func(in []vec) []vec {
		g := s.times(in[1], scale)
		v := s.times(in[2], keep)
		VFMADD231PS(s.times(g, g), add, v)
		root := s.plus(v, inside)
		VSQRTPS(root, root)
		return []vec{s.minus(in[0], s.over(s.times(g, rate), s.plus(root, outside))), v, s.zero()}
	})
}
