package box2d

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/planar"
)

// move lets wind and engines push, and moves the lander for a step. The powers are 0 … 1, and
// -1 … 1 for the side engines.
func (l *LunarLander) move(main, side float64) {
	b := l.world.Body(l.hull)
	if l.EnableWind && !l.touches[0] && !l.touches[1] {
		b.Push(vec(gust(l.windAt)*l.WindPower, 0))
		l.windAt++
		b.Twist(float32(gust(l.twistAt) * l.TurbulencePower))
		l.twistAt++
	}
	l.main, l.side = main, side
	l.spent[0] += main
	l.spent[1] += math.Abs(side)
	d0, d1 := l.uniform(-1, 1)/scale, l.uniform(-1, 1)/scale // dispersion of the jets
	sin, cos := multibody.Sincos(float64(b.Angle()))
	p := b.Position()
	px, py := float64(p.X), float64(p.Y)
	if main > 0 {
		k := mainEngineDown + float64(2*d0)
		ox, oy := float64(sin*k)-float64(cos*d1), -float64(cos*k)-float64(sin*d1)
		b.Kick(vec(-ox*mainEnginePower*main, -oy*mainEnginePower*main), vec(px+ox, py+oy))
	}
	if side != 0 {
		power, direction := math.Abs(side), math.Copysign(1, side)
		k := float64(3*d1) + float64(direction*sideEngineAway)
		ox, oy := float64(sin*d0)-float64(cos*k), -float64(cos*d0)-float64(sin*k)
		at := vec(px+ox-float64(sin*(17/scale)), py+oy+float64(cos*sideEngineUp))
		b.Kick(vec(-ox*sideEnginePower*power, -oy*sideEnginePower*power), at)
	}
	l.world.advance()
	for _, e := range l.world.Events() {
		l.notice(l.world.BodyOf(e.A), l.world.BodyOf(e.B), e)
	}
}

// notice records which parts of the lander touch the ground, from an event of bodies a and b.
func (l *LunarLander) notice(a, b int32, e planar.Event) {
	if e.Begin && has(a, b, l.hull) {
		l.crashed = true
	}
	for i, leg := range l.legs {
		if has(a, b, leg) {
			l.touches[i] = e.Begin
		}
	}
}

// gust returns the wind at a time, -1 … 1: a sum of waves that never repeats.
func gust(at int) float64 {
	s1, _ := multibody.Sincos(0.02 * float64(at))
	s2, _ := multibody.Sincos(math.Pi * 0.01 * float64(at))
	return math.Tanh(s1 + s2)
}

// observe writes the observation and returns the increase of the shaping.
func (l *LunarLander) observe(obs []float32) float64 {
	const halfWidth, halfHeight = landerWidth / 2, landerHeight / 2
	var pad float64 = landerHeight / 4 // a variable, so that the sum is rounded as Python's
	b := l.world.Body(l.hull)
	p, v := b.Position(), b.Velocity()
	s := [8]float64{
		(float64(p.X) - halfWidth) / halfWidth,
		(float64(p.Y) - (pad + legDown)) / halfHeight,
		float64(v.X) * halfWidth / fps,
		float64(v.Y) * halfHeight / fps,
		float64(b.Angle()),
		20 * float64(b.Spin()) / fps,
		oneIf(l.touches[0]),
		oneIf(l.touches[1]),
	}
	shaping := -float64(100*norm(s[0], s[1])) - float64(100*norm(s[2], s[3])) - float64(100*math.Abs(s[4])) + float64(10*s[6]) + float64(10*s[7])
	reward := 0.0
	if l.hasShaping {
		reward = shaping - l.shaping
	}
	l.shaping, l.hasShaping = shaping, true
	for i, x := range s {
		obs[i] = float32(x)
	}
	return reward
}

// norm returns the length of (x, y).
func norm(x, y float64) float64 { return math.Sqrt(float64(x*x) + float64(y*y)) }
